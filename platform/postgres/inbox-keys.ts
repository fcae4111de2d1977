import type { Queryable } from './pool';

/** A key that this process may work on until its lease ends. */
export interface ClaimedKey {
  key: string;
  lease: string;
  /** How many rows had come in when it was claimed. */
  arrivals: string;
  /** How often in a row it could not be delivered. */
  attempts: number;
}

/** On insert of a key, whose rows came in. */
export const WAKE = `ON CONFLICT (ordering_key) DO UPDATE
  SET due_at = coalesce(inbox_keys.due_at, now()), arrivals = inbox_keys.arrivals + 1`;

/** Says that rows came in for these keys. A key that is claimed or backs off keeps its time. */
export async function wakeKeys(db: Queryable, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await db.query({
    name: 'wake-keys',
    text: `INSERT INTO inbox_keys (ordering_key, due_at, arrivals)
     SELECT k, now(), 1 FROM unnest($1::text[]) k ORDER BY k ${WAKE}`,
    values: [keys],
  });
}

/**
 * Takes keys that are due, the longest waiting first, for `leaseMs`. A lease and not a lock that is held: a call to
 * Temporal may last 8 s, and a row lock would keep the intake of that key, and with it a whole batch, waiting so long; an
 * advisory lock would outlive a process that is stopped. Many keys cost one statement and no connection meanwhile.
 */
export async function claimKeys(db: Queryable, count: number, leaseMs: number): Promise<ClaimedKey[]> {
  const claimed = await db.query<ClaimedKey>(
    `WITH due AS (
       SELECT ordering_key FROM inbox_keys WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED),
     token AS MATERIALIZED (SELECT gen_random_uuid() AS lease)
     UPDATE inbox_keys k SET due_at = now() + $2 * interval '1 ms', lease = token.lease
     FROM due, token WHERE k.ordering_key = due.ordering_key
     RETURNING k.ordering_key AS key, k.lease, k.arrivals::text AS arrivals, k.attempts`,
    [count, leaseMs],
  );
  return claimed.rows;
}

/** Those still ours, locked until the transaction ends: whatever is parked, started or released happens under it. */
export async function lockClaimed(db: Queryable, claimed: ClaimedKey[]): Promise<Set<string>> {
  const held = await db.query<{ ordering_key: string }>(
    `SELECT k.ordering_key FROM inbox_keys k
     JOIN unnest($1::text[], $2::uuid[]) x(ordering_key, lease) ON x.ordering_key = k.ordering_key AND x.lease = k.lease
     ORDER BY k.ordering_key FOR UPDATE OF k`,
    [claimed.map((one) => one.key), claimed.map((one) => one.lease)],
  );
  return new Set(held.rows.map((row) => row.ordering_key));
}

export interface Release {
  key: string;
  arrivals: string;
  /** Due again after so many ms; null: when something comes in. */
  againInMs: number | null;
  /** Why it could not be delivered; null: it was. */
  code: string | null;
}

/** Gives keys back. One for which rows came in meanwhile is due at once, unless it backs off. */
export async function releaseKeys(db: Queryable, releases: Release[]): Promise<void> {
  if (releases.length === 0) return;
  await db.query(
    `UPDATE inbox_keys k SET lease = NULL, last_code = x.code,
       attempts = CASE WHEN x.code IS NULL THEN 0 ELSE k.attempts + 1 END,
       due_at = CASE WHEN x.again_in_ms IS NOT NULL THEN now() + x.again_in_ms * interval '1 ms'
                     WHEN k.arrivals > x.arrivals THEN now() END
     FROM unnest($1::text[], $2::bigint[], $3::int[], $4::text[]) x(ordering_key, arrivals, again_in_ms, code)
     WHERE k.ordering_key = x.ordering_key`,
    [
      releases.map((one) => one.key),
      releases.map((one) => one.arrivals),
      releases.map((one) => one.againInMs),
      releases.map((one) => one.code),
    ],
  );
}
