import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Begun per second, at most. */
  rate: number;
  /** Under way at the same time, at most. */
  atOnce: number;
  /** Once it is aborted nothing more is begun; what is under way is waited for. */
  signal: AbortSignal;
}

const MS = 1_000;

/** Does the work of each item, and gives the results as they come. `work` must not throw. */
export async function* paced<T, R>(items: readonly T[], pace: Pace, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running = new Set<Promise<void>>();
  const ended: R[] = [];
  const begin = (item: T): void => {
    const one: Promise<void> = work(item).then((result) => {
      ended.push(result);
      running.delete(one);
    });
    running.add(one);
  };
  const gapMs = MS / pace.rate;
  let due = Date.now();
  let next = 0;
  let pausing: Promise<void> | null = null;
  while (next < items.length || running.size > 0 || ended.length > 0) {
    yield* ended.splice(0);
    const mayBegin = next < items.length && running.size < pace.atOnce && !pace.signal.aborted;
    const waitMs = due - Date.now();
    if (mayBegin && waitMs <= 0) {
      begin(items[next++] as T);
      due = Math.max(due, Date.now() - gapMs) + gapMs;
    } else if (ended.length === 0) {
      if (!mayBegin && running.size === 0) return;
      if (mayBegin) pausing ??= pause(waitMs, pace.signal).then(() => void (pausing = null));
      await Promise.race([...running, ...(pausing ? [pausing] : [])]);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
