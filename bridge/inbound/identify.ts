import type { ConsumedTopic } from '../../contracts/model/topics';
import { recordFingerprint } from '../../contracts/schema/fingerprint';
import type { NewDeadLetter } from '../../platform/postgres/dead-letters';
import { insertIdentities, readIdentities, type Identity } from '../../platform/postgres/event-ids';
import type { PoolClient } from '../../platform/postgres/pool';
import type { GoodRecord, ObservedRecord } from './judge';
import { CONSUMER, keepIdentityMs } from './routes';

/** A record with an identity that we remember. */
type Usable = GoodRecord | ObservedRecord;
type Numbered = Usable & { rowId: string };
export type NewFact = GoodRecord & { rowId: string };
export type NewObserved = ObservedRecord & { rowId: string };

export interface Identified {
  /** First of their id, in the order in which they came. */
  fresh: Numbered[];
  /** Event id → how often it came again with the same payload. */
  repeats: Map<string, { times: number; topic: ConsumedTopic }>;
  /** The same id with another payload: the first one stands. */
  reused: NewDeadLetter[];
}

/** Tells new events from repeats, against what Postgres remembers and within the batch. One row id per record. */
export async function identify(db: PoolClient, records: Usable[], rowIds: string[]): Promise<Identified> {
  const numbered = records.map((record, index): Numbered => ({ ...record, rowId: rowIds[index] ?? '' }));
  const firsts = new Map<string, Numbered>();
  for (const one of numbered) if (!firsts.has(one.eventId)) firsts.set(one.eventId, one);
  if (firsts.size === 0) return { fresh: [], repeats: new Map(), reused: [] };

  const inserted = await insertIdentities(db, CONSUMER, [...firsts.values()].map(toIdentity));
  const known = await readIdentities(
    db,
    CONSUMER,
    [...firsts.keys()].filter((eventId) => !inserted.has(eventId)),
  );
  return sortOut(numbered, inserted, (eventId) => known.get(eventId) ?? firsts.get(eventId));
}

type Standing = Pick<Numbered, 'payloadHash' | 'rowId'>;

function sortOut(
  records: Numbered[],
  inserted: Set<string>,
  standing: (eventId: string) => Standing | undefined,
): Identified {
  const found: Identified = { fresh: [], repeats: new Map(), reused: [] };
  for (const record of records) {
    const first = standing(record.eventId);
    if (first?.rowId === record.rowId && inserted.has(record.eventId)) found.fresh.push(record);
    else if (first?.payloadHash.equals(record.payloadHash) === true) {
      const times = (found.repeats.get(record.eventId)?.times ?? 0) + 1;
      found.repeats.set(record.eventId, { times, topic: record.topic });
    } else found.reused.push(toReused(record, first?.rowId ?? null));
  }
  return found;
}

const toIdentity = (record: Numbered): Identity => ({
  eventId: record.eventId,
  payloadHash: record.payloadHash,
  fingerprint: recordFingerprint(record.topic, record.record),
  rowId: record.rowId,
  topic: record.topic,
  contentId: record.contentId,
  outcome: record.is === 'observed' ? 'stored' : null,
  keepMs: keepIdentityMs(record.topic),
});

const toReused = ({ record, eventId, contentId }: Numbered, rowId: string | null): NewDeadLetter => ({
  record,
  eventId,
  contentId,
  code: 'EVENT_ID_REUSED',
  reason: 'the event id had come before with another payload',
  rowId,
});
