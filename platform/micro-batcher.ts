import { ReelwayError } from '../contracts/model/errors';

/** Items of one call, unless it is said: enough that the round trip is shared, few enough that one call stays short. */
const MAX_ITEMS = 500;
/** Below Kafka's usual limit of 1 MiB for a batch, with room for headers and framing. */
const MAX_BYTES = 700 * 1024;

interface Waiting<T, R> {
  items: T[];
  bytes: number;
  keys: string[];
  resolve(results: R[]): void;
  reject(error: unknown): void;
}

export interface MicroBatcher<T, R> {
  /** The results of these items, in order. */
  add(items: T[]): Promise<R[]>;
  /** Resolves when nothing is waiting or in flight. */
  idle(): Promise<void>;
}

export interface MicroBatcherOptions<T> {
  /** Size of an item, where sizes matter. */
  bytesOf?: (item: T) => number;
  /** Items of one call; one caller's own may be more. Default 500. */
  mostItems?: number;
  /** More callers than that are refused with SERVICE_UNREACHABLE; default: any number waits. */
  mostWaiting?: number;
  /** The same of their bytes, where callers wait already; needs bytesOf. */
  mostWaitingBytes?: number;
  /** Calls of `send` at the same time; default 1, which keeps the order in which the items came. */
  atOnce?: number;
  /**
   * Items of the same key keep their order where several calls are made at the same time, and the calls that are free
   * share what waits. Default: any item may overtake another, and the first free call takes all.
   */
  keyOf?: (item: T) => string;
}

/**
 * Joins what many callers send at the same time into one call of `send`. When a joint call fails each caller's items go
 * again alone: one caller's bad item is its own; not where the failure is retryable.
 */
export function createMicroBatcher<T, R>(
  send: (items: T[]) => Promise<R[]>,
  options: MicroBatcherOptions<T> = {},
): MicroBatcher<T, R> {
  const { bytesOf = () => 0, keyOf, mostItems = MAX_ITEMS, atOnce = 1 } = options;
  const { mostWaiting = Infinity, mostWaitingBytes = Infinity } = options;
  let queue: Waiting<T, R>[] = [];
  let waitingBytes = 0;
  let active = 0;
  let calling = 0;
  const busy = new Set<string>();
  let ended: Promise<void> = Promise.resolve();

  const next = (): Waiting<T, R>[] => {
    const share = keyOf ? Math.ceil(queue.length / (active - calling)) : Infinity;
    const [batch, rest] = takeBatch(queue, { mostItems, share, busy });
    queue = rest;
    waitingBytes -= sum(batch.map(({ bytes }) => bytes));
    return batch;
  };
  const call = async (batch: Waiting<T, R>[]): Promise<void> => {
    const keys = batch.flatMap((waiting) => waiting.keys);
    calling += 1;
    for (const key of keys) busy.add(key);
    await sendTogether(batch, send);
    for (const key of keys) busy.delete(key);
    calling -= 1;
  };
  const run = async (): Promise<void> => {
    // Callers of the same tick join the first call too.
    await new Promise((resolve) => setImmediate(resolve));
    // What another call's keys hold back is left for that one's next turn.
    for (let batch = next(); batch.length > 0; batch = next()) await call(batch);
    // In the same turn as the look at the queue: whoever comes after it begins another.
    active -= 1;
  };
  const begin = (): void => {
    active += 1;
    ended = Promise.all([ended, run()]).then(() => undefined);
  };

  return {
    add: (items) =>
      new Promise((resolve, reject) => {
        const bytes = sum(items.map(bytesOf));
        const isFull = queue.length > 0 && waitingBytes + bytes > mostWaitingBytes;
        if (isFull || queue.length >= mostWaiting) {
          reject(new ReelwayError('SERVICE_UNREACHABLE', 'More is waiting already than can be stored in time.'));
          return;
        }
        queue.push({ items, bytes, keys: keyOf ? [...new Set(items.map(keyOf))] : [], resolve, reject });
        waitingBytes += bytes;
        if (active < atOnce) begin();
      }),
    idle: async () => {
      while (active > 0) await ended;
    },
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

interface Room {
  mostItems: number;
  /** Callers. */
  share: number;
  /** Keys of calls that are under way. */
  busy: ReadonlySet<string>;
}

/** What goes next and what stays. At least one caller's items, however large, unless each has a key that is busy. */
function takeBatch<T, R>(queue: Waiting<T, R>[], room: Room): [Waiting<T, R>[], Waiting<T, R>[]] {
  const batch: Waiting<T, R>[] = [];
  const rest: Waiting<T, R>[] = [];
  const held = new Set(room.busy);
  let items = 0;
  let bytes = 0;
  for (const [at, waiting] of queue.entries()) {
    if (waiting.keys.some((key) => held.has(key))) {
      rest.push(waiting);
      // Whoever comes later with the same key stays behind too.
      for (const key of waiting.keys) held.add(key);
      continue;
    }
    items += waiting.items.length;
    bytes += waiting.bytes;
    const isFull = batch.length >= room.share || items > room.mostItems || bytes > MAX_BYTES;
    if (isFull && batch.length > 0) return [batch, [...rest, ...queue.slice(at)]];
    batch.push(waiting);
  }
  return [batch, rest];
}

async function sendTogether<T, R>(batch: Waiting<T, R>[], send: (items: T[]) => Promise<R[]>): Promise<void> {
  try {
    const results = await send(batch.flatMap((waiting) => waiting.items));
    let from = 0;
    for (const waiting of batch) {
      waiting.resolve(results.slice(from, from + waiting.items.length));
      from += waiting.items.length;
    }
  } catch (error) {
    if (batch.length === 1 || isRetryable(error)) for (const waiting of batch) waiting.reject(error);
    else for (const waiting of batch) await sendTogether([waiting], send);
  }
}

/** A server that is away is away for all; sending each alone would only wait as often. */
const isRetryable = (error: unknown): boolean => (error as { retryable?: unknown }).retryable === true;
