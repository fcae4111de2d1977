import { hash, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TIMELESS_DAY, type CountIdentity, type Metric } from '../../contracts/model/engagement';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Events come by the million for the same few days. */
const days = new Map<number, string>();
const MOST_DAYS = 1_000;

/** The UTC day of a time in ms since 1970, YYYY-MM-DD. */
export function dayOf(ms: number): string {
  const number = Math.floor(ms / DAY_MS);
  const known = days.get(number);
  if (known !== undefined) return known;
  if (days.size >= MOST_DAYS) days.clear();
  const day = new Date(number * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  days.set(number, day);
  return day;
}

/** 32 bits of a text: tells contents apart by accident, not against somebody who tries. */
export const hashOf = (text: string): number => crc32(text);

/** As many bits as a uuid has, and in a form that it takes. */
const digestOf = (text: string): string => hash('sha256', text, 'hex').slice(0, 32);

/** What a message says, without the time it names for tracing. */
export const metricsHash = (metrics: readonly Metric[]): number =>
  hashOf(JSON.stringify(['engagement.metrics', said(metrics)]));

const said = (metrics: readonly Metric[]) =>
  metrics.map(({ contentId, score, likes, views, rating }) => [contentId, score, likes, views, rating]);

/** A request as far as it says which message it is. */
export interface MetricsRequest {
  /** Of the route, so that another route's keys are others. */
  route: string;
  metrics: readonly Metric[];
  /** Of the body, ms since 1970. */
  receivedAt: number | null;
  /** Of the body; lower case. */
  eventId?: string | null;
  /** The Idempotency-Key header. */
  idempotencyKey?: string | null;
}

/**
 * Its event id, else the key, of whatever day: the copy that comes over Kafka, or with a later retry, names another time.
 * Else what it says where it names its time; else it is a new one, whatever came before.
 */
export function requestIdentity(request: MetricsRequest, now = Date.now()): CountIdentity {
  const { route, metrics, receivedAt, eventId, idempotencyKey } = request;
  const payloadHash = metricsHash(metrics);
  if (eventId) return { identity: eventId.toLowerCase(), day: TIMELESS_DAY, payloadHash };
  if (idempotencyKey) {
    return { identity: digestOf(JSON.stringify(['key', route, idempotencyKey])), day: TIMELESS_DAY, payloadHash };
  }
  if (receivedAt === null) return { identity: randomUUID(), day: dayOf(now), payloadHash };
  const identity = digestOf(JSON.stringify(['body', route, receivedAt, said(metrics)]));
  return { identity, day: dayOf(receivedAt), payloadHash };
}
