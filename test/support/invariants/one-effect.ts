import { milestoneEventId } from '../../../platform/events/identity';
import { NOTICE_TOPIC } from '../../../platform/events/notices';
import { OUR_SOURCE } from '../../../contracts/model/ids';
import { noticesToldOnce } from './notices';
import type { Facts, MilestoneRow, Violation, WireRecord } from './types';

/** 2. At most one event id per milestone and ordinal; a repeat has the same id and bytes. */
export function oneEffect(facts: Facts): Violation[] {
  const rows = new Map(facts.milestones.map((row) => [row.eventId, row]));
  const all = facts.wire.filter((record) => record.source === OUR_SOURCE);
  // An earlier version stored notices among the milestones.
  const isNotice = ({ topic, eventId }: WireRecord): boolean => topic === NOTICE_TOPIC && !rows.has(eventId ?? '');
  const ours = all.filter((record) => !isNotice(record));
  return [
    ...facts.milestones.flatMap(namedByWhatItIs),
    ...twiceUnderOneName(facts.milestones),
    ...noticesToldOnce(facts, all.filter(isNotice)),
    ...ours.flatMap((record) => asStored(facts, record, rows.get(record.eventId ?? ''))),
  ];
}

const violation = (contentId: string, what: string): Violation => ({ invariant: 2, contentId, what });

const nameOf = (row: MilestoneRow): string =>
  `${row.topic} ${row.milestone} ${String(row.ordinal)} of generation ${String(row.generation)}`;

function namedByWhatItIs(row: MilestoneRow): Violation[] {
  if (row.sequence === null || milestoneEventId(row) === row.eventId) return [];
  return [violation(row.contentId, `${nameOf(row)} has the id ${row.eventId} of something else`)];
}

function twiceUnderOneName(rows: MilestoneRow[]): Violation[] {
  const seen = new Map<string, MilestoneRow>();
  return rows.flatMap((row) => {
    if (row.sequence === null) return [];
    const name = `${row.contentId} ${nameOf(row)}`;
    const first = seen.get(name);
    seen.set(name, first ?? row);
    return first ? [violation(row.contentId, `${nameOf(row)} has two ids: ${first.eventId}, ${row.eventId}`)] : [];
  });
}

function asStored(facts: Facts, record: WireRecord, row: MilestoneRow | undefined): Violation[] {
  const place = `${record.topic} ${String(record.partition)}/${String(record.offset)}`;
  if (!row)
    return isForgery(facts, record) ? [] : [violation(record.key ?? '', `${place}: no milestone stands for it`)];
  if (row.topic !== record.topic) return [violation(row.contentId, `${place}: a milestone of ${row.topic}`)];
  return row.value === record.value
    ? []
    : [violation(row.contentId, `${place}: other bytes than ${row.eventId} first had`)];
}

/** Somebody else used our name, and it was seen through. */
const isForgery = (facts: Facts, record: WireRecord): boolean =>
  facts.deadLetters.some(
    ({ topic, partition, offset }) =>
      topic === record.topic && partition === record.partition && offset === record.offset,
  );
