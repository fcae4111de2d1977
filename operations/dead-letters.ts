import { ReelwayError } from '../contracts/model/errors';
import { recordTime } from '../contracts/model/record-time';
import { readLetterAudit } from '../platform/postgres/audit';
import {
  countByHour,
  listDeadLetters,
  readDeadLetter,
  readDeadLetters,
  type DeadLetterBar,
  type DeadLetterRecord,
  type DeadLetterSummary,
} from '../platform/postgres/dead-letter-views';
import {
  checkFilter,
  checkSelection,
  deadLetterInput,
  isDeadLetterId,
  type DeadLetterInput,
  type DeadLetterSelection,
} from './dead-letters-input';
import type { OperationsDeps } from './deps';
import { parseInput } from './input';
import { isoOf } from './views';

/** A dead letter as lists show it; its keys are part of the command line's contract. `at` is ISO 8601. */
export interface DeadLetter extends Omit<DeadLetterSummary, 'at'> {
  at: string;
}

/** Text where it is UTF-8, else base64. */
interface Bytes {
  value: string | null;
  encoding: 'utf8' | 'base64';
}

export interface DeadLetterWithValue extends DeadLetter, Bytes {
  /** Of key. */
  keyEncoding: Bytes['encoding'];
  /** The Kafka record's own time, ISO 8601; null: it has none. */
  recordedAt: string | null;
  headers: Record<string, string>;
  /** Why the last try failed; null: it did not, or there was none. */
  lastCode: string | null;
  /** What goes in instead of value when it is redriven. */
  correction: (Bytes & { at: string; actor: string; reason: string }) | null;
  /** What people did about it, oldest first. */
  history: { at: string; actor: string; verb: string; reason: string }[];
}

/** A line of an export: every byte as base64. */
export interface ExportedDeadLetter extends Omit<DeadLetter, 'corrected'> {
  /** The Kafka record's own time, ISO 8601; null: it has none. */
  recordedAt: string | null;
  headers: Record<string, string>;
  value: string | null;
  encoding: 'base64';
  /** The newest corrected bytes. */
  correction: string | null;
}

export interface DeadLetterHour extends Omit<DeadLetterBar, 'hour'> {
  hour: string;
}

type Deps = Pick<OperationsDeps, 'pool'>;

const DEFAULT_LIMIT = 50;

/** Newest first; the id of the last is `after` of the next page. Throws INPUT_INVALID. */
export async function deadLetters(deps: Deps, input: DeadLetterInput = {}): Promise<DeadLetter[]> {
  const { limit = DEFAULT_LIMIT, after, ...filter } = parseInput(deadLetterInput, input);
  const page = { order: 'newest' as const, limit, ...(after !== undefined && { after }) };
  const rows = await listDeadLetters(deps.pool, checkFilter(filter), page);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Throws NOT_FOUND. */
export async function deadLetter(deps: Deps, id: string): Promise<DeadLetterWithValue> {
  const row = isDeadLetterId(id) ? await readDeadLetter(deps.pool, id) : null;
  if (!row) throw noSuchLetter(id);
  const { value, at, key, correction, recordMs, ...rest } = row;
  const history = await readLetterAudit(deps.pool, id);
  const { value: keyText, encoding: keyEncoding } = textOf(key);
  return {
    ...rest,
    ...{ key: keyText, keyEncoding },
    ...{ at: at.toISOString(), recordedAt: recordedAt(recordMs) },
    ...textOf(value),
    correction: correction && { ...correction, ...textOf(correction.value), at: correction.at.toISOString() },
    history: history.map(({ at: when, actor, verb, reason }) => ({ at: when.toISOString(), actor, verb, reason })),
  };
}

export const noSuchLetter = (id: string): ReelwayError =>
  new ReelwayError('NOT_FOUND', `There is no dead letter ${id}.`, { hint: 'List them: reelway dlq list' });

/** A screen or two of bars. */
const DEFAULT_BARS = 200;

/** How many became dead per topic, code and hour, newest hours first. Throws INPUT_INVALID. */
export async function deadLetterHours(deps: Deps, input: Omit<DeadLetterInput, 'after'>): Promise<DeadLetterHour[]> {
  const { limit = DEFAULT_BARS, ...filter } = parseInput(deadLetterInput.omit({ after: true }), input);
  const bars = await countByHour(deps.pool, checkFilter(filter), limit);
  return bars.map((bar) => ({ ...bar, hour: bar.hour.toISOString() }));
}

/** With up to 5 MB each, a page of an export stays small. */
const EXPORTED_AT_ONCE = 20;

/** Oldest first, with their bytes. Throws INPUT_INVALID. */
export async function* exportDeadLetters(
  deps: Deps,
  selection: Omit<DeadLetterSelection, 'ids'>,
): AsyncGenerator<ExportedDeadLetter> {
  checkSelection(selection);
  const filter = checkFilter(selection.filter ?? {});
  let after = selection.after ?? '0';
  for (let left = selection.limit ?? Number.MAX_SAFE_INTEGER; left > 0;) {
    const page = { order: 'oldest' as const, limit: Math.min(left, EXPORTED_AT_ONCE), after };
    const letters = await readDeadLetters(deps.pool, filter, page);
    yield* letters.map(toExported);
    after = letters.at(-1)?.id ?? after;
    left -= letters.length;
    if (letters.length < page.limit) return;
  }
}

const toExported = ({ at, key, value, correction, recordMs, ...rest }: DeadLetterRecord): ExportedDeadLetter => ({
  id: rest.id,
  topic: rest.topic,
  partition: rest.partition,
  offset: rest.offset,
  eventId: rest.eventId,
  contentId: rest.contentId,
  code: rest.code,
  reason: rest.reason,
  at: at.toISOString(),
  recordedAt: recordedAt(recordMs),
  status: rest.status,
  redrives: rest.redrives,
  repeats: rest.repeats,
  headers: rest.headers,
  encoding: 'base64',
  key: key?.toString('base64') ?? null,
  value: value?.toString('base64') ?? null,
  correction: correction?.value.toString('base64') ?? null,
});

const recordedAt = (ms: number | null): string | null => isoOf(ms === null ? null : recordTime(ms));

function textOf(value: Buffer | null): Bytes {
  if (value === null) return { value: null, encoding: 'utf8' };
  const text = value.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(value);
  return isText ? { value: text, encoding: 'utf8' } : { value: value.toString('base64'), encoding: 'base64' };
}
