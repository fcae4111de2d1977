import { noticeEventId } from '../../../platform/events/identity';
import type { Facts, Violation, WireRecord } from './types';

const violation = (what: string): Violation => ({ invariant: 2, what });

interface Told {
  user_id?: string;
  notification_type?: string;
  template_vars?: { content_id?: string };
}

/** Of 2: a notice on the wire was requested, or is a fan-out's for one of its subscribers; a repeat has the same bytes. */
export function noticesToldOnce(facts: Facts, records: WireRecord[]): Violation[] {
  const requested = new Map(facts.notices.map((row) => [row.eventId, row.value]));
  const fanOuts = new Set(facts.fanOuts.map(({ contentId }) => contentId));
  const first = new Map<string, string>();
  return records.flatMap((record) => {
    const id = record.eventId ?? '';
    const value = requested.get(id) ?? first.get(id) ?? record.value;
    first.set(id, value);
    if (value !== record.value) return [violation(`notice ${id} was told in other bytes than first`)];
    return requested.has(id) || isOfFanOut(record, fanOuts) ? [] : [violation(`nobody requested the notice ${id}`)];
  });
}

function isOfFanOut({ eventId, payload }: WireRecord, fanOuts: Set<string>): boolean {
  const { user_id: userId = '', notification_type: type = '', template_vars: vars } = payload as Told;
  const cause = vars?.content_id ?? '';
  return type === 'NEW_CONTENT' && fanOuts.has(cause) && noticeEventId({ userId, type, cause }) === eventId;
}
