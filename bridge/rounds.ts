export interface Rounds {
  /** Begins no more, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/** One round after the other, none of which may reject: `everyMs` from the end of one to the next; the first after `firstInMs`, default at once. */
export function startRounds(round: () => Promise<void>, everyMs: number, firstInMs = 0): Rounds {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = (inMs: number): void => {
    timer = setTimeout(() => {
      running = round().then(() => {
        if (!stopped) next(everyMs);
      });
    }, inMs);
  };
  next(firstInMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
