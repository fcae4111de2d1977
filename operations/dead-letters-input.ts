import { z } from 'zod';
import { isErrorCode, ReelwayError } from '../contracts/model/errors';
import { CONSUMED_TOPICS } from '../contracts/model/topics';
import { DEAD_LETTER_STATUSES, type DeadLetterFilter } from '../platform/postgres/dead-letter-views';
import { parseInput } from './input';

const MAX_LIMIT = 1_000;

/** A bigint of Postgres has at most 19 digits; more would be an error there. */
const DEAD_LETTER_ID = /^[1-9]\d{0,17}$/;
export const isDeadLetterId = (id: string): boolean => DEAD_LETTER_ID.test(id);

export const deadLetterFilter = z.strictObject({
  topic: z
    .string()
    .refine((name) => (CONSUMED_TOPICS as readonly string[]).includes(name), `is none of ${CONSUMED_TOPICS.join(', ')}`)
    .optional(),
  code: z
    .string()
    .refine((code): boolean => isErrorCode(code), 'is no code; docs/errors.md has them all')
    .optional(),
  contentId: z.string().optional(),
  /** Default: open and quarantined. */
  status: z.enum(DEAD_LETTER_STATUSES).optional(),
  /** Became dead at or after, and before; ISO 8601. */
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export type DeadLetterFilterInput = z.input<typeof deadLetterFilter>;

export const deadLetterInput = deadLetterFilter.extend({
  /** A page: at most so many. */
  limit: z.int().min(1).max(MAX_LIMIT).optional(),
  /** The last id of the page before. */
  after: z.string().regex(DEAD_LETTER_ID, 'must be the id of a dead letter').optional(),
});
export type DeadLetterInput = z.input<typeof deadLetterInput>;

/** Which letters a command is about: those named, or those that a filter finds, oldest first. */
export interface DeadLetterSelection {
  ids?: string[];
  filter?: DeadLetterFilterInput;
  /** At most so many of the filter's. */
  limit?: number;
  /** Only those with a higher id: where an earlier command stopped. */
  after?: string;
}

/** Throws INPUT_INVALID. */
export function checkFilter(input: DeadLetterFilterInput): DeadLetterFilter {
  const { since, until, ...same } = parseInput(deadLetterFilter, input);
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)) as DeadLetterFilter;
  return { ...given, ...(since && { since: new Date(since) }), ...(until && { until: new Date(until) }) };
}

/** Throws INPUT_INVALID, also where nothing at all was named. */
export function checkSelection({ ids = [], filter: found, limit, after }: DeadLetterSelection): void {
  if (ids.length === 0 && found === undefined)
    throw new ReelwayError('INPUT_INVALID', 'Name dead letters, or a filter.');
  if (ids.length > 0 && found !== undefined) {
    throw new ReelwayError('INPUT_INVALID', 'Name dead letters or give a filter, not both.');
  }
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw new ReelwayError('INPUT_INVALID', 'limit must be a whole number of at least 1');
  }
  if (after !== undefined && !isDeadLetterId(after)) {
    throw new ReelwayError('INPUT_INVALID', 'after must be the id of a dead letter');
  }
}
