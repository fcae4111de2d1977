import { z } from 'zod';
import { topicRow, type Topic } from '../model/topics';
import { envelopeOf } from './envelope';
import { recordFingerprint } from './fingerprint';
import { payloadSchemas, type PayloadOf } from './payloads';
import { isSuspicious, parseSafeJson, refused, shapeProblem, type Refusal } from './safe-json';
import { timestampMs } from './timestamp';

export interface ParsedEnvelope<P> {
  /** Lower case: a UUID, or the SHA-256 in hex of a flat body. */
  eventId: string;
  /** ms since 1970. */
  timestamp: number;
  /** source_service; null for a flat body, which names none. */
  source: string | null;
  payload: P;
}
export type ParsedMessage<T extends Topic = Topic> = { ok: true; envelope: ParsedEnvelope<PayloadOf<T>> } | Refusal;

/** What a person reads in a dead letter; the first few fields say enough. */
const MAX_ISSUES = 5;
const MAX_REASON_LENGTH = 500;

const envelope = envelopeOf(z.unknown());

/**
 * A record of a topic, validated; never throws, whatever the bytes are.
 * key: the record's key; recordAt: the record's own time in ms. Both matter for flat bodies only, which have no identity
 * of their own and may have no time.
 */
export function parseMessage<T extends Topic>(
  topic: T,
  value: Buffer | null,
  key: Buffer | null = null,
  recordAt: number = Date.now(),
): ParsedMessage<T> {
  const parsed = parseSafeJson(value);
  if (!parsed.ok) return parsed;
  if (topicRow(topic).flat === true && isFlat(parsed.json)) {
    return parseFlat(topic, parsed.json, { key, value, recordAt });
  }
  return parseEnveloped(topic, parsed.json);
}

/**
 * Why a consumer would refuse a message of ours, or null. `value` is an envelope with valid id, time and source around
 * `payload`, which must hold JSON values only: then it need not be read back.
 */
export function problemOfWritten(topic: Topic, value: Buffer, payload: unknown): Refusal | null {
  if (isSuspicious(value)) {
    const parsed = parseMessage(topic, value);
    return parsed.ok ? null : parsed;
  }
  const checked = payloadSchemas[topic].safeParse(payload);
  return shapeProblem(value) ?? (checked.success ? null : invalid(checked.error.issues, ['payload']));
}

function parseEnveloped<T extends Topic>(topic: T, json: unknown): ParsedMessage<T> {
  const outer = envelope.safeParse(json);
  if (!outer.success) return invalid(outer.error.issues);
  const { event_id, timestamp, source_service: source } = outer.data;
  const inner = payloadSchemas[topic].safeParse(outer.data.payload);
  if (!inner.success) return invalid(inner.error.issues, ['payload']);
  const payload = inner.data as PayloadOf<T>;
  return {
    ok: true,
    envelope: { eventId: event_id.toLowerCase(), timestamp: timestampMs(timestamp), source, payload },
  };
}

/** Whoever sends an envelope sends at least its id or its payload; a flat body has neither name. */
const isFlat = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && !('payload' in json) && !('event_id' in json);

function parseFlat<T extends Topic>(
  topic: T,
  json: unknown,
  record: { key: Buffer | null; value: Buffer | null; recordAt: number },
): ParsedMessage<T> {
  const checked = payloadSchemas[topic].safeParse(json);
  if (!checked.success) return invalid(checked.error.issues);
  const payload = checked.data as PayloadOf<T> & { occurredAt?: string; receivedAt?: string };
  const time = payload.occurredAt ?? payload.receivedAt;
  const at = time === undefined ? record.recordAt : timestampMs(time);
  return { ok: true, envelope: { eventId: recordFingerprint(topic, record), timestamp: at, source: null, payload } };
}

function invalid(issues: z.core.$ZodIssue[], at: string[] = []): Refusal {
  const nameOf = (path: PropertyKey[]): string => [...at, ...path.map(String)].join('.') || 'message';
  const shown = issues.slice(0, MAX_ISSUES).map((issue) => `${nameOf(issue.path)}: ${issue.message}`);
  const more = issues.length > MAX_ISSUES ? `; ${String(issues.length - MAX_ISSUES)} more` : '';
  return refused('SCHEMA_INVALID', shown.join('; ').slice(0, MAX_REASON_LENGTH) + more);
}
