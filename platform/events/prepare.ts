import type { ErrorCode } from '../../contracts/model/errors';
import { OUR_SOURCE } from '../../contracts/model/ids';
import type { Milestone } from '../../contracts/model/lifecycle';
import type { Channels, Notice } from '../../contracts/model/notices';
import { topicRow, type Topic } from '../../contracts/model/topics';
import type { AnnounceResult } from '../../contracts/model/work';
import { problemOfWritten } from '../../contracts/schema/parse-message';
import { noticeVars } from '../../contracts/schema/topics/notification';
import type { NewMilestone } from '../postgres/milestones';
import type { NewNotice } from '../postgres/notices';
import { milestoneEventId, noticeEventId } from './identity';
import { cloudEventHeaders } from './cloud-events';
import { NOTICE_TOPIC, noticeHeaders, noticePayload } from './notices';

export type Refused = AnnounceResult['refused'][number];
export type Prepared =
  | { ok: true; row: Omit<NewMilestone, 'payloadHash'>; payload: Record<string, unknown> }
  | { ok: false; refused: Refused };

interface Place {
  contentId: string;
  generation: number;
}

/** Kafka's default limit is 1,048,588 bytes for a batch with one record; headers and framing need the rest. */
const MAX_VALUE_BYTES = 1_000_000;

/** The record of a milestone as exact bytes, or why it may not be sent. Pure: the same milestone gives the same bytes. */
export function prepareMilestone({ contentId, generation }: Place, of: Milestone): Prepared {
  const { topic, milestone, ordinal, at, payload } = of;
  // Named one by one: a spread took longer than the id itself.
  const eventId = milestoneEventId({ contentId, generation, topic, milestone, ordinal });
  return prepare({ eventId, topic, milestone, ordinal, at, payload, sequenced: true });
}

export type PreparedNotice = { ok: true; row: NewNotice } | { ok: false; refused: Refused };

/** The record of a notice, or why it may not be sent: its type says what its template needs. */
export function prepareNotice(notice: Notice, channels: Channels): PreparedNotice {
  const { type, at, userId, about, vars } = notice;
  const payload = noticePayload(notice, channels[type]);
  const draft: Omit<Draft, 'sequenced'> = {
    eventId: noticeEventId(notice),
    topic: NOTICE_TOPIC,
    milestone: type,
    ordinal: 1,
    at,
    payload,
  };
  const checked = noticeVars[type].safeParse(vars);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return refuse(draft, 'MILESTONE_INVALID', `template_vars.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const prepared = prepare({ ...draft, sequenced: false });
  if (!prepared.ok) return prepared;
  const { eventId, value } = prepared.row;
  const headers = noticeHeaders({ eventId, timestamp: new Date(at).toISOString() }, about);
  return {
    ok: true,
    row: {
      eventId,
      userId,
      type,
      value,
      headers,
      contentId: about?.contentId ?? null,
      residency: about?.residency ?? null,
    },
  };
}

interface Draft {
  eventId: string;
  topic: Topic;
  milestone: string;
  ordinal: number;
  at: number;
  payload: Record<string, unknown>;
  sequenced: boolean;
}

function prepare(draft: Draft): Prepared {
  const { eventId, topic, milestone, ordinal, sequenced } = draft;
  const timestamp = new Date(draft.at).toISOString();
  const value = Buffer.from(
    JSON.stringify({ event_id: eventId, timestamp, source_service: OUR_SOURCE, payload: draft.payload }),
  );
  if (value.byteLength > MAX_VALUE_BYTES) {
    const limit = `${String(value.byteLength)} bytes; the limit is ${String(MAX_VALUE_BYTES)}`;
    return refuse(draft, 'MILESTONE_TOO_LARGE', limit);
  }
  // What our own schema refuses must not reach anybody else.
  const problem = problemOfWritten(topic, value, draft.payload);
  if (problem) return refuse(draft, 'MILESTONE_INVALID', problem.reason);
  return {
    ok: true,
    payload: draft.payload,
    row: {
      eventId,
      topic,
      milestone,
      ordinal,
      sequenced,
      recordKey: recordKeyOf(topic, draft.payload),
      value,
      headers: cloudEventHeaders({ eventId, topic, timestamp }),
    },
  };
}

function recordKeyOf(topic: Topic, payload: Record<string, unknown>): string {
  const { key } = topicRow(topic);
  const value = key === null ? undefined : payload[key];
  return typeof value === 'string' ? value : '';
}

const refuse = (
  draft: Pick<Draft, 'milestone' | 'topic' | 'ordinal'>,
  code: ErrorCode,
  message: string,
): { ok: false; refused: Refused } => ({
  ok: false,
  refused: { milestone: draft.milestone, topic: draft.topic, ordinal: draft.ordinal, code, message },
});
