import { TIMELESS_DAY, type EngagementEvent, type MetricsMessage } from '../../contracts/model/engagement';
import type { ErrorCode } from '../../contracts/model/errors';
import { OUR_SOURCE } from '../../contracts/model/ids';
import type { KafkaRecord } from '../../contracts/model/ports';
import { isCounted } from '../../contracts/model/topics';
import { parseMessage, type ParsedEnvelope } from '../../contracts/schema/parse-message';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { dayOf, hashOf, metricsHash } from '../../operations/engagement/identity';
import { namesIn } from '../inbound/judge';
import { ACCEPTED_BY_DEFAULT, type AcceptsSource } from '../inbound/sources';
import { parseEvent } from './parse-event';

interface Named {
  record: KafkaRecord;
  /** Lower case; null: it could not be read. */
  eventId: string | null;
  contentId: string | null;
}
export interface JudgedEvent extends Named {
  is: 'event';
  event: EngagementEvent;
}
export interface JudgedMetrics extends Named {
  is: 'metrics';
  message: MetricsMessage;
}
export interface DeadCount extends Named {
  is: 'dead';
  code: ErrorCode;
  reason: string;
}
export type JudgedCount = JudgedEvent | JudgedMetrics | DeadCount;

type Envelope<T extends 'user.engagement.events' | 'engagement.metrics'> = ParsedEnvelope<PayloadOf<T>>;

/** What a record of a counted topic is, by itself. Never throws, whatever the bytes are. */
export function judgeCount(record: KafkaRecord, accepts: AcceptsSource = ACCEPTED_BY_DEFAULT): JudgedCount {
  const { topic } = record;
  if (!isCounted(topic)) return dead(record, 'SCHEMA_INVALID', `${topic} is not counted`);
  const quick = topic === 'user.engagement.events' ? parseEvent(record.value) : null;
  if (quick) return refusedSource(record, quick, accepts) ?? event(record, quick);
  const parsed = parseMessage(topic, record.value, record.key, Number(record.timestamp));
  if (!parsed.ok) return { ...dead(record, parsed.code, parsed.reason), ...namesIn(record.value) };
  const refused = refusedSource(record, parsed.envelope, accepts);
  if (refused) return refused;
  // Topic and payload belong together, which the type of a union cannot say.
  return topic === 'user.engagement.events'
    ? event(record, parsed.envelope as Envelope<typeof topic>)
    : metrics(record, parsed.envelope as Envelope<typeof topic>);
}

function refusedSource(
  record: KafkaRecord,
  { source, eventId }: ParsedEnvelope<unknown>,
  accepts: AcceptsSource,
): DeadCount | null {
  const { topic } = record;
  if (source === OUR_SOURCE) {
    return { ...dead(record, 'FORGED_SOURCE', `source_service is ours, and we never send ${topic}`), eventId };
  }
  if (!isCounted(topic) || accepts(topic, source)) return null;
  return {
    ...dead(record, 'SOURCE_NOT_ACCEPTED', `source_service is none of those that may send ${topic}`),
    eventId,
  };
}

function event(record: KafkaRecord, { eventId, timestamp, payload }: Envelope<'user.engagement.events'>): JudgedEvent {
  const { content_id: contentId, creator_id: creatorId, event_type: eventType } = payload;
  const { watch_duration_seconds: watchSeconds, user_id: user, session_id: session, content_type: type } = payload;
  // No id holds a control character, so a line break divides them.
  const said = `${user}\n${contentId}\n${creatorId}\n${eventType}\n${String(watchSeconds)}\n${type}\n${session}`;
  const payloadHash = hashOf(said);
  const known = {
    identity: eventId,
    day: dayOf(timestamp),
    payloadHash,
    contentId,
    creatorId,
    eventType,
    watchSeconds,
  };
  return { is: 'event', record, eventId, contentId, event: known };
}

function metrics(
  record: KafkaRecord,
  { eventId, timestamp, source, payload }: Envelope<'engagement.metrics'>,
): JudgedMetrics {
  const isFlat = source === null;
  // Of no day: the record's own time is another one when the same body is sent again, and over HTTP an id has none.
  const day = isFlat && payload.receivedAt !== undefined ? dayOf(timestamp) : TIMELESS_DAY;
  const identity = isFlat ? eventId.slice(0, 32) : eventId;
  const message = { identity, day, payloadHash: metricsHash(payload.metrics), metrics: payload.metrics };
  return { is: 'metrics', record, eventId, contentId: null, message };
}

const dead = (record: KafkaRecord, code: ErrorCode, reason: string): DeadCount => ({
  ...{ is: 'dead', record, code, reason, eventId: null, contentId: null },
});
