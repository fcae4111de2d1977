import type { ErrorCode } from '../../contracts/model/errors';
import type { Fact } from '../../contracts/model/facts';
import { CONTENT_ID, OUR_SOURCE, UUID } from '../../contracts/model/ids';
import type { KafkaRecord } from '../../contracts/model/ports';
import type { LifecycleTopic } from '../../contracts/model/topics';
import { parseMessage } from '../../contracts/schema/parse-message';
import { parseSafeJson } from '../../contracts/schema/safe-json';
import { payloadHash } from '../identity';
import { isConsumed, ROUTES, type Route } from './routes';

export interface GoodRecord {
  is: 'fact';
  record: KafkaRecord;
  topic: LifecycleTopic;
  eventId: string;
  contentId: string;
  payloadHash: Buffer;
  fact: Omit<Fact, 'row'>;
}
/** It names us as its source; whether we sent it, Postgres knows. */
export interface OwnRecord {
  is: 'ours';
  record: KafkaRecord;
  eventId: string;
  contentId: string;
}
export interface DeadRecord {
  is: 'dead';
  record: KafkaRecord;
  code: ErrorCode;
  reason: string;
  eventId: string | null;
  contentId: string | null;
}
export type Judged = GoodRecord | OwnRecord | DeadRecord;

/**
 * What a record is, by itself. Never throws, whatever the bytes are. now: ms since 1970. A time in the future counts as
 * now: an approval dated ahead would answer flags that nobody has seen, and a flag dated ahead could not be answered.
 */
export function judge(record: KafkaRecord, now = Date.now()): Judged {
  if (!isConsumed(record.topic)) return dead(record, 'SCHEMA_INVALID', `we have no route for ${record.topic}`);
  const { topic } = record;
  const parsed = parseMessage(topic, record.value, record.key, Number(record.timestamp));
  if (!parsed.ok) return { ...dead(record, parsed.code, parsed.reason), ...namesIn(record.value) };
  // Route and payload are of the same topic, which the type of a union cannot say.
  const route = ROUTES[topic] as Route<LifecycleTopic>;
  const { eventId, timestamp, source, payload } = parsed.envelope;
  const contentId = route.orderingKey(payload);
  if (source === OUR_SOURCE) return { is: 'ours', record, eventId, contentId };
  const { body, key } = route.toFact(parsed.envelope);
  return {
    is: 'fact',
    record,
    topic,
    eventId,
    contentId,
    payloadHash: payloadHash(topic, payload),
    fact: { eventId, key, at: Math.min(timestamp, now), body },
  };
}

const dead = (record: KafkaRecord, code: ErrorCode, reason: string): DeadRecord => ({
  is: 'dead',
  record,
  code,
  reason,
  eventId: null,
  contentId: null,
});

/** Whose record it was, as far as it can be told: people look for dead letters by content. */
function namesIn(value: Buffer | null): Pick<DeadRecord, 'eventId' | 'contentId'> {
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
