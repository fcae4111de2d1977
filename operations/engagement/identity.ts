import { hash, randomUUID } from 'node:crypto';
import { TIMELESS_DAY, type CountIdentity, type Metric } from '../../contracts/model/engagement';

/** The UTC day of a time in ms since 1970, YYYY-MM-DD. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** As many bits as a uuid has, and in a form that it takes. */
export const digestOf = (text: string): string => hash('sha256', text, 'hex').slice(0, 32);

/** What a message says, without the time it names for tracing. */
export const metricsHash = (metrics: readonly Metric[]): string =>
  digestOf(
    JSON.stringify([
      'engagement.metrics',
      metrics.map(({ contentId, score, likes, views, rating }) => [contentId, score, likes, views, rating]),
    ]),
  );

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

/** Its event id, else the key, else what it says where it names its time; else it is a new one, whatever came before. */
export function requestIdentity(request: MetricsRequest, now = Date.now()): CountIdentity {
  const { route, metrics, receivedAt, eventId, idempotencyKey } = request;
  const payloadHash = metricsHash(metrics);
  const day = receivedAt === null ? TIMELESS_DAY : dayOf(receivedAt);
  if (eventId) return { identity: eventId.toLowerCase(), day, payloadHash };
  if (idempotencyKey) return { identity: digestOf(JSON.stringify(['key', route, idempotencyKey])), day, payloadHash };
  if (receivedAt === null) return { identity: randomUUID(), day: dayOf(now), payloadHash };
  return { identity: digestOf(JSON.stringify(['body', route, receivedAt, payloadHash])), day, payloadHash };
}
