import { z } from 'zod';
import { ReelwayError } from '../contracts/model/errors';
import {
  listDeadLetters,
  readDeadLetter,
  type DeadLetterFilter,
  type DeadLetterSummary,
} from '../platform/postgres/dead-letter-views';
import type { OperationsDeps } from './deps';
import { parseInput } from './input';

/** A dead letter as lists show it; its keys are part of the command line's contract. `at` is ISO 8601. */
export interface DeadLetter extends Omit<DeadLetterSummary, 'at'> {
  at: string;
}

/** value as text where it is UTF-8, else as base64. */
export interface DeadLetterWithValue extends DeadLetter {
  headers: Record<string, string>;
  value: string | null;
  encoding: 'utf8' | 'base64';
}

export const deadLetterInput = z.strictObject({
  topic: z.string().optional(),
  code: z.string().optional(),
  contentId: z.string().optional(),
  limit: z.int().min(1).max(1_000).optional(),
});
export type DeadLetterInput = z.input<typeof deadLetterInput>;

type Deps = Pick<OperationsDeps, 'pool'>;

/** Newest first. Throws INPUT_INVALID. */
export async function deadLetters(deps: Deps, input: DeadLetterInput = {}): Promise<DeadLetter[]> {
  const filter = Object.fromEntries(
    Object.entries(parseInput(deadLetterInput, input)).filter(([, value]) => value !== undefined),
  ) as DeadLetterFilter;
  const rows = await listDeadLetters(deps.pool, filter);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** A bigint of Postgres has at most 19 digits; more would be an error there. */
const DEAD_LETTER_ID = /^[1-9]\d{0,17}$/;

/** Throws NOT_FOUND. */
export async function deadLetter(deps: Deps, id: string): Promise<DeadLetterWithValue> {
  const row = DEAD_LETTER_ID.test(id) ? await readDeadLetter(deps.pool, id) : null;
  if (!row)
    throw new ReelwayError('NOT_FOUND', `There is no dead letter ${id}.`, { hint: 'List them: reelway dlq list' });
  const { value, at, ...rest } = row;
  return { ...rest, at: at.toISOString(), ...textOf(value) };
}

function textOf(value: Buffer | null): Pick<DeadLetterWithValue, 'value' | 'encoding'> {
  if (value === null) return { value: null, encoding: 'utf8' };
  const text = value.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(value);
  return isText ? { value: text, encoding: 'utf8' } : { value: value.toString('base64'), encoding: 'base64' };
}
