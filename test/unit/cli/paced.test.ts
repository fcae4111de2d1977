import { paced } from '../../../cli/paced';

const items = Array.from({ length: 40 }, (_, index) => index);
const never = new AbortController().signal;

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const result of results) seen.push(result);
  return seen;
}

test('every item is done once, so many at the same time at most', async () => {
  let now = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, item % 3));
    now -= 1;
    return item;
  };
  const done = await all(paced(items, { rate: 10_000, atOnce: 4, signal: never }, work));
  expect([...done].sort((a, b) => a - b)).toEqual(items);
  expect(most).toBe(4);
});

test('no more are begun a second than was said', async () => {
  const begun: number[] = [];
  await all(
    paced(items.slice(0, 11), { rate: 50, atOnce: 8, signal: never }, () => Promise.resolve(begun.push(Date.now()))),
  );
  // Ten gaps of 20 ms; a timer may fire a millisecond early.
  expect((begun.at(-1) ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(190);
});

test('a slow one does not hold up the results of the others', async () => {
  let finish: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (finish = resolve));
  const seen: number[] = [];
  for await (const item of paced([0, 1, 2, 3], { rate: 1_000, atOnce: 2, signal: never }, async (one) => {
    if (one === 0) await slow;
    return one;
  })) {
    seen.push(item);
    if (seen.length === 3) finish();
  }
  expect(seen).toEqual([1, 2, 3, 0]);
});

test('once it is stopped nothing more is begun, and what is under way is told', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const work = (item: number): Promise<number> => {
    begun.push(item);
    if (item === 5) stop.abort();
    return Promise.resolve(item);
  };
  const done = await all(paced(items, { rate: 1_000, atOnce: 3, signal: stop.signal }, work));
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(done).toEqual(begun);
});
