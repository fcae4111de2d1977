import type { ErrorCode } from '../contracts/model/errors';
import type { KafkaRecord } from '../contracts/model/ports';
import { START_TOPIC } from '../contracts/model/topics';
import { forgetBuried, reopenOwnRow, type LockedLetter } from '../platform/postgres/dead-letter-changes';
import { BURIED_CODES } from '../platform/postgres/dead-letters';
import { isUnstorable, type PoolClient } from '../platform/postgres/pool';
import { keptIf } from '../platform/postgres/savepoint';
import type { Taken, WayIn } from './dead-letters-way-in';

/** What a try comes to. reopened: the inbox row of the fact, which waited too long, is open again. */
export type Attempt =
  | { outcome: 'new' | 'duplicate' | 'own' | 'reopened'; eventId: string | null; contentId: string | null }
  | { outcome: 'dead'; code: ErrorCode; reason: string };

/** Brings a letter in again: through its own inbox row where it has one, else as the record it was, or as corrected. */
export async function attempt(
  db: PoolClient,
  wayIn: WayIn,
  letter: LockedLetter,
  correction: Buffer | null,
): Promise<Attempt> {
  const ownRow = BURIED_CODES.includes(letter.code) ? letter.rowId : null;
  if (ownRow !== null && correction === null) {
    const found = await reopenOwnRow(db, ownRow);
    if (found === 'reopened') return { outcome: 'reopened', eventId: letter.eventId, contentId: letter.contentId };
    if (found === 'gone') await forgetBuried(db, letter.consumer, letter.eventId ?? '', ownRow);
  }
  return judgeAgain(db, wayIn, { ...recordOf(letter, correction), ...ageless(letter) });
}

/** Kafka's own word for a record without a time. */
const NO_TIME = '-1';

/** The age of an upload, which may begin nothing, was looked at by whoever brings it in again. */
const ageless = ({ topic }: LockedLetter): Partial<KafkaRecord> =>
  topic === START_TOPIC ? { timestamp: NO_TIME } : {};

/** As the consumer would take it now. A record that is still dead leaves nothing behind. */
export async function judgeAgain(db: PoolClient, wayIn: WayIn, record: KafkaRecord): Promise<Attempt> {
  const isUsable = ({ is }: Taken): boolean => is !== 'dead';
  const taken = await keptIf(db, isUsable, () => wayIn.take(db, record)).catch(unstorable);
  if (taken.is === 'dead') return { outcome: 'dead', code: taken.code, reason: taken.reason };
  return { outcome: taken.is, eventId: taken.eventId, contentId: taken.contentId };
}

function unstorable(error: unknown): Taken {
  if (!isUnstorable(error)) throw error;
  return { is: 'dead', code: 'UNSAFE_TEXT', reason: 'Postgres cannot store a value of this record' };
}

export const recordOf = (letter: LockedLetter, correction: Buffer | null): KafkaRecord => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  timestamp: letter.recordMs,
  key: letter.key,
  value: correction ?? letter.value,
  headers: letter.headers,
});
