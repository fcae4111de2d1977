import type { Pool, Queryable } from './pool';
import { inTransaction } from './pool';

/** Any number will do that nobody else locks in our database: one process tidies at a time. */
const LOCK = 7_330_202;
/** A partition is made or dropped under a lock that intake waits for; better later than that it waits long. */
const LOCK_TIMEOUT_MS = 2_000;

export interface Tidied {
  made: string[];
  dropped: string[];
  /** Rows of the default partition and expired identities that were deleted. */
  rows: number;
  identities: number;
}

/** The work of one round, or null where another process does it. Each step is a short transaction of its own. */
export async function tidy(
  pool: Pool,
  keep: { days: number; daysAhead: number; rowsAtOnce: number },
): Promise<Tidied | null> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [LOCK]);
    if (rows[0]?.ours !== true) return null;
    try {
      return {
        made: await makePartitions(pool, keep.daysAhead),
        dropped: await dropPartitions(pool, keep.days),
        rows: await deleteOldRows(pool, keep.days, keep.rowsAtOnce),
        identities: await deleteExpired(pool, keep.rowsAtOnce),
      };
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

/** From tomorrow on: the rows of today are in the default partition until a day of its own was made for them in time. */
async function makePartitions(pool: Pool, daysAhead: number): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; from: string; to: string }>(
    `SELECT 'inbox_' || to_char(day, 'YYYYMMDD') AS name, day::date::text AS "from", (day + interval '1 day')::date::text AS "to"
     FROM generate_series(current_date + 1, current_date + $1::int, interval '1 day') day
     WHERE to_regclass('inbox_' || to_char(day, 'YYYYMMDD')) IS NULL`,
    [daysAhead],
  );
  for (const { name, from, to } of rows) {
    await shortly(
      pool,
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF inbox FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
  }
  return rows.map(({ name }) => name);
}

/** Days that are over for longer than `days`, in which nothing is open or parked. */
async function dropPartitions(pool: Pool, days: number): Promise<string[]> {
  const old = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'inbox'::regclass AND c.relname ~ '^inbox_\\d{8}$'
       AND to_date(substr(c.relname, 7), 'YYYYMMDD') < current_date - $1::int ORDER BY 1`,
    [days],
  );
  const dropped: string[] = [];
  for (const { name } of old.rows) if (await dropUnlessUsed(pool, name)) dropped.push(name);
  return dropped;
}

const dropUnlessUsed = (pool: Pool, name: string): Promise<boolean> =>
  inTransaction(pool, async (db) => {
    await db.query(`SET LOCAL lock_timeout = ${String(LOCK_TIMEOUT_MS)}`);
    await db.query(`LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`);
    const used = await db.query(`SELECT 1 FROM ${name} WHERE status IN ('open', 'parked') LIMIT 1`);
    if (used.rows.length > 0) return false;
    await db.query(`DROP TABLE ${name}`);
    return true;
  });

const shortly = (pool: Pool, sql: string): Promise<void> =>
  inTransaction(pool, async (db) => {
    await db.query(`SET LOCAL lock_timeout = ${String(LOCK_TIMEOUT_MS)}`);
    await db.query(sql);
  });

const deleteOldRows = (pool: Pool, days: number, atOnce: number): Promise<number> =>
  repeatedly(atOnce, () =>
    countOf(
      pool,
      `DELETE FROM inbox_default WHERE ctid = ANY (ARRAY(SELECT ctid FROM inbox_default
         WHERE received_day < current_date - $1::int AND status IN ('done', 'dead') LIMIT $2))`,
      [days, atOnce],
    ),
  );

const deleteExpired = (pool: Pool, atOnce: number): Promise<number> =>
  repeatedly(atOnce, () =>
    countOf(
      pool,
      `DELETE FROM event_ids WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_ids WHERE expires_at < now()
         ORDER BY expires_at LIMIT $1))`,
      [atOnce],
    ),
  );

async function countOf(db: Queryable, sql: string, values: unknown[]): Promise<number> {
  return (await db.query(sql, values)).rowCount ?? 0;
}

async function repeatedly(atOnce: number, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const done = await step();
    total += done;
    if (done < atOnce) return total;
  }
}
