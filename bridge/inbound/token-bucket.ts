const SECOND_MS = 1_000;

/** Lets at most `perSecond` calls begin in a second, with a burst of as many; the others wait their turn, in order. */
export function createTokenBucket(perSecond: number, now: () => number = () => performance.now()) {
  let tokens = perSecond;
  let filledAt = now();
  let turn: Promise<void> = Promise.resolve();
  const refill = (): void => {
    const at = now();
    tokens = Math.min(perSecond, tokens + ((at - filledAt) / SECOND_MS) * perSecond);
    filledAt = at;
  };
  const take = async (): Promise<void> => {
    refill();
    while (tokens < 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(((1 - tokens) / perSecond) * SECOND_MS)));
      refill();
    }
    tokens -= 1;
  };
  return { take: (): Promise<void> => (turn = turn.then(take)) };
}
