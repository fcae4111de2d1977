import type { Pool, Queryable } from './pool';
import { inTransaction } from './pool';
import { fillResidency } from './residency';
import { deleteOldDays, deleteOldTimeless } from './seen';

/** Any number will do that nobody else locks in our database: one process tidies at a time. */
const LOCK = 7_330_202;
const SEEN_LOCK = 7_330_204;
/** A partition is made or dropped under a lock that intake waits for; better later than that it waits long. */
const LOCK_TIMEOUT_MS = 2_000;

export interface Tidied {
  made: string[];
  dropped: string[];
  /** Rows of the default partition and expired identities that were deleted. */
  rows: number;
  identities: number;
  /** Rows that now carry the residency of their content. */
  residencies: number;
}

/** What is kept, and how far days are made ahead. */
export interface Keep {
  days: number;
  daysAhead: number;
  rowsAtOnce: number;
}

/** The work of one round on the inbox, or null where another process does it. Each step is a short transaction of its own. */
export const tidy = (pool: Pool, keep: Keep): Promise<Tidied | null> =>
  alone(pool, LOCK, async () => ({
    // From tomorrow on: the rows of today are in the default partition until a day of its own was made for them in time.
    made: await makePartitions(pool, 'inbox', 1, keep.daysAhead),
    dropped: await dropPartitions(pool, 'inbox', keep.days),
    rows: await deleteOldRows(pool, keep.days, keep.rowsAtOnce),
    identities: await deleteExpired(pool, keep.rowsAtOnce),
    residencies: await repeatedly(keep.rowsAtOnce, () => fillResidency(pool, keep.rowsAtOnce)),
  }));

/** The same for the days of `seen`; past ones too, for events that come late. */
export const tidySeen = (pool: Pool, keep: Keep): Promise<Omit<Tidied, 'identities' | 'residencies'> | null> =>
  alone(pool, SEEN_LOCK, async () => ({
    made: await makePartitions(pool, 'seen', -keep.days, keep.daysAhead),
    dropped: await dropPartitions(pool, 'seen', keep.days),
    rows: await deleteOldSeen(pool, keep),
  }));

/** One after the other: a step that takes both would stop at the end of the shorter one. */
async function deleteOldSeen(pool: Pool, { days, rowsAtOnce }: Keep): Promise<number> {
  const timeless = await repeatedly(rowsAtOnce, () => deleteOldTimeless(pool, days, rowsAtOnce));
  return timeless + (await repeatedly(rowsAtOnce, () => deleteOldDays(pool, days, rowsAtOnce)));
}

async function alone<T>(pool: Pool, lock: number, work: () => Promise<T>): Promise<T | null> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [lock]);
    if (rows[0]?.ours !== true) return null;
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } finally {
    client.release();
  }
}

type ByDay = 'inbox' | 'seen';
/** The rows of that day are in the default partition already. */
const CHECK_VIOLATION = '23514';
/** The inbox has the day on which a row came, `seen` the UTC day of the event's own time. */
const TODAY = { inbox: 'current_date', seen: `(now() AT TIME ZONE 'UTC')::date` } as const;

async function makePartitions(pool: Pool, table: ByDay, from: number, until: number): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; from: string; to: string }>(
    `SELECT $3 || '_' || to_char(day, 'YYYYMMDD') AS name, day::date::text AS "from", (day + interval '1 day')::date::text AS "to"
     FROM generate_series(${TODAY[table]} + $1::int, ${TODAY[table]} + $2::int, interval '1 day') day
     WHERE to_regclass($3 || '_' || to_char(day, 'YYYYMMDD')) IS NULL`,
    [from, until, table],
  );
  const made: string[] = [];
  for (const { name, from: first, to } of rows) {
    const sql = `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${table} FOR VALUES FROM ('${first}') TO ('${to}')`;
    if (await shortly(pool, sql)) made.push(name);
  }
  return made;
}

/** Days that are over for longer than `days`; of the inbox those in which nothing is open or parked. */
async function dropPartitions(pool: Pool, table: ByDay, days: number): Promise<string[]> {
  const old = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = to_regclass($2) AND c.relname ~ ('^' || $2 || '_\\d{8}$')
       AND to_date(right(c.relname, 8), 'YYYYMMDD') < ${TODAY[table]} - $1::int ORDER BY 1`,
    [days, table],
  );
  const dropped: string[] = [];
  for (const { name } of old.rows) {
    const gone = table === 'inbox' ? dropUnlessUsed(pool, name) : shortly(pool, `DROP TABLE ${name}`);
    if (await gone) dropped.push(name);
  }
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

/** False: not now, for the rows stand elsewhere. */
async function shortly(pool: Pool, sql: string): Promise<boolean> {
  try {
    await inTransaction(pool, async (db) => {
      await db.query(`SET LOCAL lock_timeout = ${String(LOCK_TIMEOUT_MS)}`);
      await db.query(sql);
    });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== CHECK_VIOLATION) throw error;
    return false;
  }
}

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
