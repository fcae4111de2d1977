import { createRateLimit, type TooManyRequests } from '../../../api/rate-limit';

describe('the rate limit', () => {
  it('lets a minute of requests through at once, then as many as time brings, each token for itself', () => {
    let now = 0;
    const limit = createRateLimit(60, () => now);
    const take = (name: string): number => {
      try {
        limit.take(name);
        return 0;
      } catch (error) {
        return (error as TooManyRequests).retryAfterSeconds;
      }
    };
    expect(Array.from({ length: 60 }, () => take('a')).filter((wait) => wait > 0)).toEqual([]);
    expect(take('a')).toBe(1);
    expect(take('b')).toBe(0);
    now = 1_000;
    expect([take('a'), take('a')]).toEqual([0, 1]);
    now = 10_000_000;
    expect(Array.from({ length: 61 }, () => take('a')).filter((wait) => wait > 0)).toEqual([1]);
  });

  it('says how long to wait where requests are few', () => {
    const limit = createRateLimit(1, () => 0);
    limit.take('a');
    expect(() => limit.take('a')).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 60 }) as Error,
    );
  });
});
