import type { Content, Facts, MilestoneRow, Violation, WireRecord } from './types';

/** 6. Milestones of a content share a key, leave in sequence order, and the sequence has no gap. */
export function order(facts: Facts): Violation[] {
  const rows = new Map(facts.milestones.map((row) => [row.eventId, row]));
  const first = firstOf(facts.wire.filter((record) => rows.has(record.eventId ?? '')));
  return [
    ...facts.contents.flatMap((content) => stored(facts, content)),
    ...facts.wire.flatMap((record) => labelled(record, rows.get(record.eventId ?? ''))),
    ...facts.contents.flatMap(({ contentId }) => sent(facts, contentId, first)),
  ];
}

const violation = (contentId: string, what: string): Violation => ({ invariant: 6, contentId, what });

const sequencedOf = (facts: Facts, contentId: string): MilestoneRow[] =>
  facts.milestones
    .filter((row) => row.contentId === contentId && row.sequence !== null)
    .sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));

function stored(facts: Facts, { contentId, sequence }: Content): Violation[] {
  const numbers = sequencedOf(facts, contentId).map((row) => row.sequence);
  if (numbers.length === sequence && numbers.every((number, index) => number === index + 1)) return [];
  return [violation(contentId, `counted to ${String(sequence)}, stored are ${numbers.join(' ')}`)];
}

/** One record per event id: where it first stood. */
function firstOf(records: WireRecord[]): Map<string, WireRecord> {
  const first = new Map<string, WireRecord>();
  for (const record of records) if (!first.has(record.eventId ?? '')) first.set(record.eventId ?? '', record);
  return first;
}

function labelled(record: WireRecord, row: MilestoneRow | undefined): Violation[] {
  if (!row) return [];
  const place = `${record.topic} ${String(record.partition)}/${String(record.offset)}`;
  const number = row.sequence === null ? undefined : String(row.sequence);
  return [
    ...(record.key === row.recordKey
      ? []
      : [violation(row.contentId, `${place}: key ${String(record.key)}, not ${row.recordKey}`)]),
    ...(record.headers['sequence'] === number
      ? []
      : [
          violation(
            row.contentId,
            `${place}: sequence ${record.headers['sequence'] ?? 'none'}, not ${number ?? 'none'}`,
          ),
        ]),
  ];
}

interface Sent {
  row: MilestoneRow;
  record: WireRecord;
}

/** As a consumer sees them: within a topic by offset, among topics by the time of sending. */
function sent(facts: Facts, contentId: string, first: Map<string, WireRecord>): Violation[] {
  const rows = sequencedOf(facts, contentId);
  const all = rows.flatMap((row): Sent[] => {
    const record = first.get(row.eventId);
    return record ? [{ row, record }] : [];
  });
  const missing = rows.filter((row) => row.sentAt !== null && !first.has(row.eventId));
  const told = all.map(({ row }) => row.sequence);
  const hasGap = told.some((number, index) => number !== index + 1);
  return [
    ...missing.map((row) => violation(contentId, `${String(row.sequence)} is marked as sent, and not in ${row.topic}`)),
    ...all.flatMap((one, index) => overtaken(contentId, one, all.slice(0, index))),
    ...(hasGap ? [violation(contentId, `a gap on the wire: ${told.join(' ')}`)] : []),
  ];
}

function overtaken(contentId: string, later: Sent, before: Sent[]): Violation[] {
  const late = before.find((earlier) => isOvertaken(earlier, later));
  if (!late) return [];
  return [
    violation(contentId, `${String(later.row.sequence)} left before ${String(late.row.sequence)}, or another way`),
  ];
}

function isOvertaken(earlier: Sent, later: Sent): boolean {
  if (earlier.row.topic === later.row.topic) {
    return earlier.record.partition !== later.record.partition || earlier.record.offset > later.record.offset;
  }
  // Records of one request are stamped topic by topic; which of them is first there, nobody can tell.
  const leftTogether = earlier.row.sentAt === later.row.sentAt;
  return !leftTogether && earlier.record.timestamp > later.record.timestamp;
}
