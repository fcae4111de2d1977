import { createClient } from '@redis/client';
import type { Config } from '../../contracts/schema/config';
import { unreachable } from '../errors';
import type { Logger } from '../log';

/** A server on the same network answers in milliseconds; this is for one that is away or hangs. */
const CONNECT_MS = 1_000;
const ANSWER_MS = 3_000;
const LONGEST_RECONNECT_MS = 1_000;
const FIRST_RECONNECT_MS = 50;

/** One member of a sorted set. */
export interface Ranked {
  member: string;
  score: number;
}

/** What we ask of Redis. Every call answers or throws SERVICE_UNREACHABLE within seconds, whatever the server does. */
export interface Redis {
  /** The server's own name for its present life: another one after each restart. */
  runId(): Promise<string>;
  get(key: string): Promise<string | null>;
  /** Runs a script on keys; what it returns is a number. */
  run(script: string, keys: string[], args: string[]): Promise<number>;
  /** Adds or moves members of a set that goes by itself `forgetAfterS` later. */
  add(key: string, members: Ranked[], forgetAfterS: number): Promise<void>;
  remove(...keys: string[]): Promise<void>;
  /** Members by falling score, from `from`; ties by falling name. */
  highest(key: string, from: number, count: number): Promise<Ranked[]>;
  close(): void;
}

/** Connects with the first question, and anew by itself. Keys get the configured prefix here. */
export function createRedis(config: { url: string; prefix: Config['redis']['prefix'] }, log: Logger): Redis {
  const at = addressOf(config.url);
  const client = createClient({
    url: config.url,
    // What is asked while the server is away is refused at once, not when it is back.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(FIRST_RECONNECT_MS * 2 ** retries, LONGEST_RECONNECT_MS),
    },
  });
  client.on('error', (error: unknown) => {
    log.debug({ err: error }, 'Redis');
  });
  let connecting: Promise<unknown> | null = null;
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      connecting ??= client.connect().catch((error: unknown) => {
        connecting = null;
        throw error;
      });
      if (!client.isReady) await inTime(connecting, CONNECT_MS);
      return await inTime(question());
    } catch (error) {
      throw unreachable('Redis', at, error);
    }
  };
  const keyOf = (key: string): string => `${config.prefix}${key}`;
  return {
    runId: () => ask(async () => /^run_id:(\S+)/m.exec(await client.info('server'))?.[1] ?? ''),
    get: (key) => ask(() => client.get(keyOf(key))),
    run: (script, keys, args) =>
      ask(async () => Number(await client.eval(script, { keys: keys.map(keyOf), arguments: args }))),
    add: (key, members, forgetAfterS) =>
      ask(async () => {
        const ranked = members.map(({ member, score }) => ({ value: member, score }));
        if (ranked.length === 0) return;
        await client.zAdd(keyOf(key), ranked);
        await client.expire(keyOf(key), forgetAfterS);
      }),
    remove: (...keys) =>
      ask(async () => {
        await client.del(keys.map(keyOf));
      }),
    highest: (key, from, count) =>
      ask(async () => {
        const found = await client.zRangeWithScores(keyOf(key), from, from + count - 1, { REV: true });
        return found.map(({ value, score }) => ({ member: value, score }));
      }),
    close: () => {
      client.destroy();
    },
  };
}

/** Host and port, without user and password. */
function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'its address';
}

/** A server that is stopped, not gone, never answers. */
async function inTime<T>(work: Promise<T>, ms = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer in ${String(ms)} ms`));
    }, ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
