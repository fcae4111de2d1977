import { createTokenBucket } from '../../../bridge/inbound/token-bucket';

const SECOND = 1_000;

test('a burst goes at once, what is more waits for its turn', async () => {
  jest.useFakeTimers();
  try {
    const bucket = createTokenBucket(10, () => Date.now());
    let begun = 0;
    const calls = Array.from({ length: 25 }, () => bucket.take().then(() => (begun += 1)));
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toBe(10);
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(begun).toBe(20);
    await jest.advanceTimersByTimeAsync(SECOND);
    await Promise.all(calls);
    expect(begun).toBe(25);
  } finally {
    jest.useRealTimers();
  }
});
