import { messageOf } from '../../platform/errors';
import type { Logger } from '../../platform/log';
import type { Pool, PoolClient } from '../../platform/postgres/pool';
import { beginWriting, RANKING_LOCK, reportWriter } from '../../platform/postgres/rankings';
import type { Redis } from '../../platform/redis/client';
import { startRounds, type Rounds } from '../rounds';
import { rebuild, writeChanges } from './rankings';

export interface WriterDeps {
  pool: Pool;
  redis: Redis;
  log: Logger;
  /** Told of each rebuild. */
  onRebuilt?(): void;
}

/** How late the sets are at most, beside the time that a step takes. */
const EVERY_MS = 500;

/** What a process knows while it is the one that writes. */
interface Hold {
  client: PoolClient;
  /** Of ours among all that ever wrote. */
  writer: string;
  /** What the sets bear when they are ours; null: they are not. */
  mark: string | null;
  lost: boolean;
}

/**
 * Writes the sorted sets from Postgres while it holds the lock of all projectors. A process that lost the lock without
 * knowing is fenced by the mark in Redis: its writes find another one and do nothing. Trouble with Redis is told in
 * Postgres and in the log, and holds nobody up.
 */
export function startRankingWriter(deps: WriterDeps): Rounds & { trouble(): string | null } {
  let hold: Hold | null = null;
  let trouble: string | null = null;
  const say = (next: string | null): void => {
    if (next !== trouble) deps.log[next === null ? 'info' : 'warn']({ trouble: next }, 'the rankings in Redis');
    trouble = next;
  };
  const round = async (): Promise<void> => {
    try {
      if (hold?.lost) hold = release(hold);
      hold ??= await tryToHold(deps.pool);
      if (!hold) return;
      const asked = await reportWriter(hold.client, trouble);
      await write(deps, hold, asked);
      if (trouble !== null) await reportWriter(deps.pool, null);
      say(null);
    } catch (error) {
      say(messageOf(error));
    }
  };
  const rounds = startRounds(round, EVERY_MS);
  return {
    trouble: () => trouble,
    stop: async () => {
      await rounds.stop();
      if (hold) hold = release(hold);
    },
  };
}

/** Anew where another life of the server, another writer or another request made the sets; then what changed. */
async function write(deps: WriterDeps, hold: Hold, asked: string): Promise<void> {
  const mark = `${asked}.${hold.writer}.${await deps.redis.runId()}`;
  if (hold.mark === mark && (await writeChanges(deps, mark))) return;
  hold.mark = null;
  if (!(await rebuild(deps, mark, asked))) return;
  deps.onRebuilt?.();
  hold.mark = mark;
  await writeChanges(deps, mark);
}

async function tryToHold(pool: Pool): Promise<Hold | null> {
  const client = await pool.connect();
  try {
    const found = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [RANKING_LOCK]);
    if (found.rows[0]?.ours === true) {
      const hold: Hold = { client, writer: await beginWriting(client), mark: null, lost: false };
      // With its connection goes the lock.
      client.once('error', () => (hold.lost = true));
      client.once('end', () => (hold.lost = true));
      return hold;
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
  return null;
}

/** The connection is closed, and with it the lock is free. */
function release({ client }: Hold): null {
  client.release(true);
  return null;
}
