import { payloadHash } from '../../../platform/events/identity';
import { OUR_SOURCE } from '../../../contracts/model/ids';
import { openRunOf, type Facts, type Identity, type Violation, type WireRecord } from './types';

/** Last words about a fact. `delivered` is none: its run has still to answer. */
const ANSWERS = ['stored', 'applied', 'duplicate', 'late', 'ignored', 'parked', 'dead'];

/** 4. Every committed offset is applied, duplicate, late, ignored with a reason, parked or dead. */
export function accounted(facts: Facts): Violation[] {
  const dead = new Set(facts.deadLetters.map((letter) => placeOf(letter.topic, letter.partition, letter.offset)));
  const own = new Set(facts.milestones.map((row) => row.eventId));
  const known = new Map(facts.identities.map((row) => [row.eventId, row]));
  return [
    ...committedRecords(facts)
      .filter((record) => !dead.has(placeOf(record.topic, record.partition, record.offset)))
      .filter((record) => !(record.source === OUR_SOURCE && own.has(record.eventId ?? '')))
      .flatMap((record) => remembered(record, known.get(record.eventId ?? ''))),
    ...facts.identities.flatMap((identity) => answered(facts, identity)),
  ];
}

const placeOf = (topic: string, partition: number, offset: number): string =>
  `${topic} ${String(partition)}/${String(offset)}`;

function committedRecords({ wire, offsets }: Facts): WireRecord[] {
  const ends = new Map(offsets.map(({ topic, partition, committed }) => [placeOf(topic, partition, 0), committed]));
  return wire.filter(({ topic, partition, offset }) => offset < (ends.get(placeOf(topic, partition, 0)) ?? 0));
}

function remembered(record: WireRecord, identity: Identity | undefined): Violation[] {
  const place = placeOf(record.topic, record.partition, record.offset);
  if (!identity) return [violation(`${place}: committed, and nobody remembers it`, record.key)];
  if (identity.payloadHash === payloadHash(record.topic, record.payload).toString('hex')) return [];
  return [violation(`${place}: its id stands for another payload, and it is no dead letter`, identity.contentId)];
}

function answered(facts: Facts, { eventId, rowId, contentId, outcome, code }: Identity): Violation[] {
  if (outcome === 'ignored' && code === null) return [violation(`${eventId} was ignored without a reason`, contentId)];
  if (outcome !== null && ANSWERS.includes(outcome)) return [];
  const waits = facts.inbox.some((row) => row.rowId === rowId && (row.status === 'open' || row.status === 'parked'));
  const isWithRun = outcome === 'delivered' && contentId !== null && openRunOf(facts, contentId) !== undefined;
  if (waits || isWithRun) return [];
  return [violation(`${eventId} is ${outcome ?? 'without an outcome'}, and nobody has it any more`, contentId)];
}

const violation = (what: string, contentId: string | null): Violation => ({
  invariant: 4,
  what,
  ...(contentId !== null && { contentId }),
});
