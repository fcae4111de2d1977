import { ReelwayError } from '../contracts/model/errors';

const MINUTE_MS = 60_000;

/** A bucket per name, full at first, that fills evenly. Throws TOO_MANY_REQUESTS where it is empty. */
export interface RateLimit {
  take(name: string): void;
}

/** Whole seconds until one more request is let through. */
export class TooManyRequests extends ReelwayError {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', `More requests than the token may send; again in ${String(retryAfterSeconds)} s.`);
  }
}

/** Names are those of tokens in use, so there are few. */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = perMinute / MINUTE_MS;
  return {
    take: (name) => {
      const at = now();
      const bucket = buckets.get(name) ?? { left: perMinute, at };
      const left = Math.min(perMinute, bucket.left + (at - bucket.at) * perMs);
      if (left < 1) throw new TooManyRequests(Math.ceil((1 - left) / perMs / 1_000));
      buckets.set(name, { left: left - 1, at });
    },
  };
}
