import type { LifecycleTopic } from '../../contracts/model/topics';
import type { NewDeadLetter } from '../../platform/postgres/dead-letters';
import { insertIdentities, readIdentities, type Identity } from '../../platform/postgres/event-ids';
import type { PoolClient } from '../../platform/postgres/pool';
import type { GoodRecord } from './judge';
import { CONSUMER, keepIdentityMs } from './routes';

export type NewFact = GoodRecord & { rowId: string };

export interface Identified {
  /** First of their id, in the order in which they came. */
  fresh: NewFact[];
  /** Event id → how often it came again with the same payload. */
  repeats: Map<string, { times: number; topic: LifecycleTopic }>;
  /** The same id with another payload: the first one stands. */
  reused: NewDeadLetter[];
}

/** Tells new events from repeats, against what Postgres remembers and within the batch. One row id per record. */
export async function identify(db: PoolClient, facts: GoodRecord[], rowIds: string[]): Promise<Identified> {
  const numbered = facts.map((fact, index): NewFact => ({ ...fact, rowId: rowIds[index] ?? '' }));
  const firsts = new Map<string, NewFact>();
  for (const fact of numbered) if (!firsts.has(fact.eventId)) firsts.set(fact.eventId, fact);
  if (firsts.size === 0) return { fresh: [], repeats: new Map(), reused: [] };

  const inserted = await insertIdentities(db, CONSUMER, [...firsts.values()].map(toIdentity));
  const known = await readIdentities(
    db,
    CONSUMER,
    [...firsts.keys()].filter((eventId) => !inserted.has(eventId)),
  );
  return sortOut(numbered, inserted, (eventId) => known.get(eventId) ?? firsts.get(eventId));
}

type Standing = Pick<NewFact, 'payloadHash' | 'rowId'>;

function sortOut(
  facts: NewFact[],
  inserted: Set<string>,
  standing: (eventId: string) => Standing | undefined,
): Identified {
  const found: Identified = { fresh: [], repeats: new Map(), reused: [] };
  for (const fact of facts) {
    const first = standing(fact.eventId);
    if (first?.rowId === fact.rowId && inserted.has(fact.eventId)) found.fresh.push(fact);
    else if (first?.payloadHash.equals(fact.payloadHash) === true) {
      const times = (found.repeats.get(fact.eventId)?.times ?? 0) + 1;
      found.repeats.set(fact.eventId, { times, topic: fact.topic });
    } else found.reused.push(toReused(fact, first?.rowId ?? null));
  }
  return found;
}

const toIdentity = (fact: NewFact): Identity => ({
  eventId: fact.eventId,
  payloadHash: fact.payloadHash,
  rowId: fact.rowId,
  topic: fact.topic,
  contentId: fact.contentId,
  keepMs: keepIdentityMs(fact.topic),
});

const toReused = ({ record, eventId, contentId }: NewFact, rowId: string | null): NewDeadLetter => ({
  record,
  eventId,
  contentId,
  code: 'EVENT_ID_REUSED',
  reason: 'the event id had come before with another payload',
  rowId,
});
