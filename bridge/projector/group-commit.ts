/** Takes what waits, as one. */
export interface GroupCommit<T> {
  /** Resolves when the transaction that took these is committed; rejects when it was not. */
  add(items: T[]): Promise<void>;
}

interface Waiting<T> {
  items: T[];
  done: () => void;
  failed: (error: unknown) => void;
}

/** While one waits for a lock or the disk, the other gets on. */
const MOST_AT_ONCE = 2;

/**
 * Two commits at a time; what comes in meanwhile waits and shares the next one, up to about `atMost` items. A group that
 * fails fails for all who are in it: each brings its own again.
 */
export function createGroupCommit<T>(commit: (items: T[]) => Promise<void>, atMost: number): GroupCommit<T> {
  const waiting: Waiting<T>[] = [];
  let running = 0;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) await commitOne(takeGroup(waiting, atMost), commit);
    running -= 1;
  };
  return {
    add: (items) =>
      new Promise((done, failed) => {
        waiting.push({ items, done, failed });
        if (running >= MOST_AT_ONCE) return;
        running += 1;
        // Whoever comes in the same turn of the loop goes along.
        setImmediate(() => void run());
      }),
  };
}

function takeGroup<T>(waiting: Waiting<T>[], atMost: number): Waiting<T>[] {
  let count = 0;
  const end = waiting.findIndex(({ items }, index) => (count += items.length) > atMost && index > 0);
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

async function commitOne<T>(group: Waiting<T>[], commit: (items: T[]) => Promise<void>): Promise<void> {
  try {
    await commit(group.flatMap(({ items }) => items));
    for (const { done } of group) done();
  } catch (error) {
    for (const { failed } of group) failed(error);
  }
}
