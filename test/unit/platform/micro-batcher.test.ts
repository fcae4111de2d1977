import fc from 'fast-check';
import { ReelwayError } from '../../../contracts/model/errors';
import { createMicroBatcher } from '../../../platform/micro-batcher';
import { createGate } from '../../support/gate';

interface Item {
  name: string;
  value: Buffer;
}
const item = (name: string, bytes = 1): Item => ({ name, value: Buffer.alloc(bytes) });

/** A broker that remembers its requests and echoes names; `fail` says which requests it refuses, and how. */
function broker(fail: (names: string[]) => Error | null = () => null) {
  const requests: string[][] = [];
  const batcher = createMicroBatcher(
    (items: Item[]) => {
      const names = items.map(({ name }) => name);
      requests.push(names);
      const error = fail(names);
      return error ? Promise.reject(error) : Promise.resolve(names);
    },
    { bytesOf: (one) => one.value.byteLength },
  );
  return { requests, batcher };
}

test('what is sent at the same time goes in one request, and everybody gets their own results', async () => {
  const { requests, batcher } = broker();
  const results = await Promise.all([batcher.add([item('a'), item('b')]), batcher.add([item('c')])]);
  expect(results).toEqual([['a', 'b'], ['c']]);
  expect(requests).toEqual([['a', 'b', 'c']]);
});

test('what comes while a request is under way waits for it, in order', async () => {
  const { requests, batcher } = broker();
  const first = batcher.add([item('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, batcher.add([item('b')]), batcher.add([item('c')])]);
  expect(requests).toEqual([['a'], ['b', 'c']]);
});

test('a request stays below the size a broker takes', async () => {
  const { requests, batcher } = broker();
  const half = 400 * 1024;
  await Promise.all([batcher.add([item('a', half)]), batcher.add([item('b', half)]), batcher.add([item('c', 1)])]);
  expect(requests).toEqual([['a'], ['b', 'c']]);
});

test('one bad record is its sender’s trouble only', async () => {
  const tooLarge = new ReelwayError('MILESTONE_TOO_LARGE');
  const { batcher } = broker((names) => (names.includes('bad') ? tooLarge : null));
  const results = await Promise.allSettled([batcher.add([item('a')]), batcher.add([item('bad')])]);
  expect(results).toEqual([
    { status: 'fulfilled', value: ['a'] },
    { status: 'rejected', reason: tooLarge },
  ]);
});

test('a broker that is away is asked once for all', async () => {
  const away = new ReelwayError('SERVICE_UNREACHABLE');
  const { requests, batcher } = broker(() => away);
  const results = await Promise.allSettled([batcher.add([item('a')]), batcher.add([item('b')])]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(requests).toHaveLength(1);
});

test('idle means nothing waits or is under way', async () => {
  const { requests, batcher } = broker();
  void batcher.add([item('a')]);
  await batcher.idle();
  expect(requests).toEqual([['a']]);
  await batcher.idle();
});

test('where order does not matter a second request goes out beside the first, and no third', async () => {
  const gate = createGate();
  const requests: string[][] = [];
  const send = async (items: Item[]): Promise<string[]> => {
    requests.push(items.map(({ name }) => name));
    await gate.opened;
    return items.map(({ name }) => name);
  };
  const batcher = createMicroBatcher(send, { atOnce: 2 });
  const all: Promise<string[]>[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    all.push(batcher.add([item(name)]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(requests).toEqual([['a'], ['b']]);
  gate.open();
  expect(await Promise.all(all)).toEqual([['a'], ['b'], ['c'], ['d']]);
  expect(requests).toEqual([['a'], ['b'], ['c', 'd']]);
  await batcher.idle();
});

describe('several calls at the same time', () => {
  /** Calls that end when they are told to. */
  function heldCalls() {
    const calls: { names: string[]; end: () => void }[] = [];
    const send = async (items: Item[]): Promise<string[]> => {
      const names = items.map(({ name }) => name);
      const gate = createGate();
      calls.push({ names, end: gate.open });
      await gate.opened;
      return names;
    };
    const batcher = createMicroBatcher(send, { atOnce: 2, keyOf: ({ name }) => name.charAt(0) });
    const add = (...names: string[]): Promise<string[]> => batcher.add(names.map((name) => item(name)));
    return { calls, batcher, add, made: () => calls.map(({ names }) => names) };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('share what waits', async () => {
    const { calls, batcher, add, made } = heldCalls();
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => add(name));
    await turn();
    expect(made()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    for (const { end } of calls) end();
    expect(await Promise.all(all)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
    await batcher.idle();
  });

  test('never hold the same key: what has it waits behind whoever had it before, and others pass', async () => {
    const { calls, batcher, add, made } = heldCalls();
    const all = [add('a1')];
    await turn();
    all.push(add('a2', 'b1'), add('b2'), add('c1'), add('a3'));
    await turn();
    expect(made()).toEqual([['a1'], ['c1']]);
    calls[1]?.end();
    await turn();
    expect(made()).toEqual([['a1'], ['c1']]);
    calls[0]?.end();
    await turn();
    expect(made().slice(2)).toEqual([['a2', 'b1', 'b2', 'a3']]);
    calls[2]?.end();
    expect(await Promise.all(all)).toEqual([['a1'], ['a2', 'b1'], ['b2'], ['c1'], ['a3']]);
    await batcher.idle();
  });
});

interface Step {
  keys: number[];
  refused: boolean;
}
const step = fc.record({
  keys: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
  refused: fc.boolean(),
});

test('whatever is sent at the same time, everybody is answered, and what one key sent goes out in order and alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), async (steps, atOnce) => {
      const busy = new Set<number>();
      const sent = new Map<number, number>();
      const send = async (items: (Step & { at: number })[]): Promise<number[]> => {
        const keys = new Set(items.flatMap((one) => one.keys));
        for (const key of keys) expect(busy.has(key)).toBe(false);
        for (const key of keys) busy.add(key);
        await new Promise((resolve) => setImmediate(resolve));
        for (const key of keys) busy.delete(key);
        if (items.some(({ refused }) => refused)) throw new ReelwayError('MILESTONE_TOO_LARGE');
        for (const { keys: ofOne, at } of items) {
          for (const key of ofOne) {
            expect(sent.get(key) ?? -1).toBeLessThanOrEqual(at);
            sent.set(key, at);
          }
        }
        return items.map(({ at }) => at);
      };
      const batcher = createMicroBatcher(send, { atOnce, mostItems: 5, keyOf: ({ keys }) => keys.join() });
      const results = await Promise.allSettled(
        steps.map(({ keys, refused }, at) =>
          batcher.add([...new Set(keys)].map((key) => ({ keys: [key], refused, at }))),
        ),
      );
      await batcher.idle();
      expect(results.map(({ status }) => status)).toEqual(
        steps.map(({ refused }) => (refused ? 'rejected' : 'fulfilled')),
      );
      for (const [at, result] of results.entries()) {
        if (result.status === 'fulfilled') expect(new Set(result.value)).toEqual(new Set([at]));
      }
    }),
    { numRuns: 300 },
  );
});

test('who asks again as soon as it was answered is answered again', async () => {
  const { batcher } = broker();
  const add = async (name: string): Promise<string[]> => {
    const names = await batcher.add([item(name)]);
    return names;
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) expect(await add(name)).toEqual([name]);
});

test('what waits while a request is under way shares the next one, up to so many items', async () => {
  const requests: number[][] = [];
  const first = createGate();
  const send = async (items: number[]): Promise<number[]> => {
    requests.push(items);
    if (requests.length === 1) await first.opened;
    return items;
  };
  const batcher = createMicroBatcher(send, { mostItems: 10, atOnce: 2 });
  const all = [batcher.add([1, 2]), batcher.add([3])];
  await new Promise((resolve) => setImmediate(resolve));
  all.push(batcher.add([4, 5, 6, 7, 8]), batcher.add([9, 10, 11, 12, 13]), batcher.add([14]));
  first.open();
  await Promise.all(all);
  expect(requests).toEqual([[1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [14]]);
});

test('after a request that failed the next one goes on', async () => {
  let away = true;
  const { batcher } = broker(() => (away ? new ReelwayError('SERVICE_UNREACHABLE') : null));
  await expect(batcher.add([item('a')])).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  away = false;
  expect(await batcher.add([item('a')])).toEqual(['a']);
});

describe('what may wait', () => {
  const refused = { code: 'SERVICE_UNREACHABLE', retryable: true };

  /** The first call is under way until the gate opens; what comes then waits. */
  async function busy(options: { mostWaiting?: number; mostWaitingBytes?: number }) {
    const gate = createGate();
    const send = async (items: Item[]): Promise<string[]> => {
      await gate.opened;
      return items.map(({ name }) => name);
    };
    const batcher = createMicroBatcher(send, { bytesOf: ({ value }) => value.byteLength, ...options });
    const first = batcher.add([item('first')]);
    await new Promise((resolve) => setImmediate(resolve));
    return { gate, batcher, first };
  }

  test('is bounded by callers', async () => {
    const { gate, batcher, first } = await busy({ mostWaiting: 2 });
    const waiting = [batcher.add([item('a')]), batcher.add([item('b')])];
    await expect(batcher.add([item('c')])).rejects.toMatchObject(refused);
    gate.open();
    expect(await Promise.all([first, ...waiting])).toEqual([['first'], ['a'], ['b']]);
  });

  test('is bounded by bytes, and there is room again once they were sent', async () => {
    const { gate, batcher, first } = await busy({ mostWaitingBytes: 100 });
    const waiting = [batcher.add([item('a', 60)]), batcher.add([item('b', 40)])];
    await expect(batcher.add([item('c', 1)])).rejects.toMatchObject(refused);
    gate.open();
    expect(await Promise.all([first, ...waiting])).toEqual([['first'], ['a'], ['b']]);
    expect(await Promise.all([batcher.add([item('d', 60)]), batcher.add([item('e', 40)])])).toEqual([['d'], ['e']]);
  });

  test('is at least one caller’s, however large', async () => {
    const { gate, batcher, first } = await busy({ mostWaitingBytes: 100 });
    const large = batcher.add([item('large', 500)]);
    await expect(batcher.add([item('small', 1)])).rejects.toMatchObject(refused);
    gate.open();
    expect(await Promise.all([first, large])).toEqual([['first'], ['large']]);
  });

  test('has room again after calls that failed', async () => {
    const away = new ReelwayError('SERVICE_UNREACHABLE');
    const batcher = createMicroBatcher<Item, string>(() => Promise.reject(away), {
      ...{ bytesOf: ({ value }: Item) => value.byteLength, mostWaitingBytes: 100 },
    });
    for (let times = 0; times < 3; times++) {
      const both = await Promise.allSettled([batcher.add([item('a', 60)]), batcher.add([item('b', 40)])]);
      expect(both.map((one) => one.status === 'rejected' && one.reason === away)).toEqual([true, true]);
    }
  });
});
