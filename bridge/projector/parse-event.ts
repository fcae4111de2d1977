import { ENGAGEMENT_TYPES } from '../../contracts/model/engagement';
import { CONTENT_ID, UUID } from '../../contracts/model/ids';
import { CONTENT_TYPES } from '../../contracts/model/status';
import type { ParsedEnvelope } from '../../contracts/schema/parse-message';
import type { PayloadOf } from '../../contracts/schema/payloads';

type Event = PayloadOf<'user.engagement.events'>;

/** Longer ones are none of the usual events. */
const USUAL_BYTES = 4_096;
/** Of an id that is certainly fine; others are looked at by the schema. */
const PLAIN_ID = /^[\x21-\x7e]{1,255}$/;
/** Days that their month has every year; the schema's own check knows of leap years. */
const PLAIN_DAY = /(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31/;
const PLAIN_TIME = new RegExp(
  `^20\\d\\d-(?:${PLAIN_DAY.source})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?Z$`,
);
const TYPES: ReadonlySet<unknown> = new Set(ENGAGEMENT_TYPES);
const CONTENTS: ReadonlySet<unknown> = new Set(CONTENT_TYPES);

/**
 * What the schema would make of a usual event, in a fraction of its time; null: not usual, ask the schema. It may refuse
 * what the schema takes, never the other way round; a test compares the two.
 */
export function parseEvent(value: Buffer | null): ParsedEnvelope<Event> | null {
  if (value === null || value.length > USUAL_BYTES) return null;
  const json = parse(value);
  const payload = json && fieldsOf(json['payload']);
  if (!json || !payload || !isFlat(json, payload) || !isFlat(payload, null)) return null;
  const { event_id: eventId, timestamp, source_service: source } = json;
  if (!isText(eventId, UUID) || !isText(source, PLAIN_ID) || !isText(timestamp, PLAIN_TIME)) return null;
  const event = eventOf(payload);
  return event && { eventId: eventId.toLowerCase(), timestamp: Date.parse(timestamp), source, payload: event };
}

/** Nothing in it is nested but `inner`, so nothing is nested too deeply. */
function isFlat(fields: Record<string, unknown>, inner: unknown): boolean {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'object' && value !== null && value !== inner) return false;
  }
  return true;
}

function eventOf(fields: Record<string, unknown>): Event | null {
  const { user_id, content_id, creator_id, event_type, watch_duration_seconds, content_type, session_id } = fields;
  const isWhole = Number.isSafeInteger(watch_duration_seconds) && (watch_duration_seconds as number) >= 0;
  if (!isWhole && watch_duration_seconds !== null) return null;
  if (!TYPES.has(event_type) || !CONTENTS.has(content_type) || !isText(content_id, CONTENT_ID)) return null;
  if (!isText(user_id, PLAIN_ID) || !isText(creator_id, PLAIN_ID) || !isText(session_id, PLAIN_ID)) return null;
  return { user_id, content_id, creator_id, event_type, watch_duration_seconds, content_type, session_id } as Event;
}

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

/** Without an escape there is no NUL, no half of a surrogate pair and no hidden __proto__; U+FFFD may stand for broken UTF-8. */
function parse(value: Buffer): Record<string, unknown> | null {
  const text = value.toString('utf8');
  if (text.includes('\\') || text.includes('\uFFFD') || text.includes('__proto__')) return null;
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
}

const fieldsOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
