import type { ErrorCode } from '../../contracts/model/errors';
import type { Fact } from '../../contracts/model/facts';
import { CONTENT_ID, OUR_SOURCE, UUID } from '../../contracts/model/ids';
import type { KafkaRecord } from '../../contracts/model/ports';
import type { BridgeTopic, LifecycleTopic, ObservedTopic } from '../../contracts/model/topics';
import { parseMessage, type ParsedEnvelope } from '../../contracts/schema/parse-message';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { parseSafeJson } from '../../contracts/schema/safe-json';
import { payloadHash } from '../../platform/events/identity';
import { isBridged, ROUTES, type FactRoute, type ObservationRoute } from './routes';
import { ACCEPTED_BY_DEFAULT, type AcceptsSource } from './sources';

export interface GoodRecord {
  is: 'fact';
  record: KafkaRecord;
  topic: LifecycleTopic;
  eventId: string;
  contentId: string;
  payloadHash: Buffer;
  fact: Omit<Fact, 'row'>;
}
/** An event that belongs to no run: it is kept, and projections make of it what they know. */
export interface ObservedRecord {
  is: 'observed';
  record: KafkaRecord;
  topic: ObservedTopic;
  eventId: string;
  /** Its dead letters and identities stand under no content: it may be about a user, or about many contents. */
  contentId: null;
  payloadHash: Buffer;
  businessKey: string;
  entityId: string | null;
  at: number;
  payload: unknown;
}
/** It names us as its source; whether we sent it, Postgres knows. */
export interface OwnRecord {
  is: 'ours';
  record: KafkaRecord;
  eventId: string;
  contentId: string | null;
}
export interface DeadRecord {
  is: 'dead';
  record: KafkaRecord;
  code: ErrorCode;
  reason: string;
  eventId: string | null;
  contentId: string | null;
}
export type Judged = GoodRecord | ObservedRecord | OwnRecord | DeadRecord;

/**
 * What a record is, by itself. Never throws, whatever the bytes are. now: ms since 1970. A time in the future counts as
 * now: an approval dated ahead would answer flags that nobody has seen, and a flag dated ahead could not be answered.
 */
export function judge(record: KafkaRecord, now = Date.now(), accepts: AcceptsSource = ACCEPTED_BY_DEFAULT): Judged {
  if (!isBridged(record.topic)) return dead(record, 'SCHEMA_INVALID', `we have no route for ${record.topic}`);
  const { topic } = record;
  const parsed = parseMessage(topic, record.value, record.key, Number(record.timestamp));
  if (!parsed.ok) return { ...dead(record, parsed.code, parsed.reason), ...namesIn(record.value) };
  const { eventId, source } = parsed.envelope;
  if (source === OUR_SOURCE) return { is: 'ours', record, eventId, contentId: contentIdIn(parsed.envelope) };
  if (!accepts(topic, source)) {
    const reason = `source_service is none of those that may send ${topic}`;
    return { ...dead(record, 'SOURCE_NOT_ACCEPTED', reason), eventId, contentId: contentIdIn(parsed.envelope) };
  }
  // Route and payload are of the same topic, which the type of a union cannot say.
  return isObserved(topic)
    ? observed(record, topic, parsed.envelope as ParsedEnvelope<PayloadOf<ObservedTopic>>, now)
    : fact(record, topic, parsed.envelope as ParsedEnvelope<PayloadOf<LifecycleTopic>>, now);
}

const isObserved = (topic: BridgeTopic): topic is ObservedTopic => 'toObservation' in ROUTES[topic];

function fact(
  record: KafkaRecord,
  topic: LifecycleTopic,
  envelope: ParsedEnvelope<PayloadOf<LifecycleTopic>>,
  now: number,
): GoodRecord {
  const route = ROUTES[topic] as FactRoute<LifecycleTopic>;
  const { eventId, timestamp, payload } = envelope;
  const { body, key } = route.toFact(envelope);
  return {
    is: 'fact',
    record,
    topic,
    eventId,
    contentId: payload[route.orderedBy],
    payloadHash: payloadHash(topic, payload),
    fact: { eventId, key, at: Math.min(timestamp, now), body },
  };
}

function observed(
  record: KafkaRecord,
  topic: ObservedTopic,
  envelope: ParsedEnvelope<PayloadOf<ObservedTopic>>,
  now: number,
): ObservedRecord {
  const route = ROUTES[topic] as ObservationRoute<ObservedTopic>;
  const { eventId, timestamp, payload } = envelope;
  const { key, entityId } = route.toObservation(envelope);
  return {
    is: 'observed',
    record,
    topic,
    eventId,
    contentId: null,
    payloadHash: payloadHash(topic, payload),
    businessKey: key,
    entityId,
    at: Math.min(timestamp, now),
    payload,
  };
}

const contentIdIn = ({ payload }: ParsedEnvelope<unknown>): string | null =>
  textLike(CONTENT_ID, fieldsOf(payload)['content_id']);

const dead = (record: KafkaRecord, code: ErrorCode, reason: string): DeadRecord => ({
  is: 'dead',
  record,
  code,
  reason,
  eventId: null,
  contentId: null,
});

/** Whose record it was, as far as it can be told: people look for dead letters by content. */
export function namesIn(value: Buffer | null): Pick<DeadRecord, 'eventId' | 'contentId'> {
  const parsed = parseSafeJson(value);
  const envelope = parsed.ok ? fieldsOf(parsed.json) : {};
  const eventId = textLike(UUID, envelope['event_id']);
  return {
    eventId: eventId?.toLowerCase() ?? null,
    contentId: textLike(CONTENT_ID, fieldsOf(envelope['payload'])['content_id']),
  };
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const textLike = (pattern: RegExp, value: unknown): string | null =>
  typeof value === 'string' && pattern.test(value) ? value : null;
