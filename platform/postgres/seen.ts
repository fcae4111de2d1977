import { TIMELESS_DAY, type CountIdentity } from '../../contracts/model/engagement';
import type { PoolClient, Queryable } from './pool';

/** An identity that was there before. same: with the same content. */
export interface SeenBefore {
  /** In `rows`. */
  position: number;
  same: boolean;
}

const ROWS = `unnest(string_to_array($1, ',')::date[], string_to_array($2, ',')::uuid[],
  string_to_array($3, ',')::bigint[])`;

const INSERT = `INSERT INTO seen (day, identity, payload_hash) SELECT * FROM ${ROWS} x(day, identity, payload_hash)
  ORDER BY day, identity`;

const UNIQUE_VIOLATION = '23505';

/**
 * Remembers identities, each at most once in `rows`; returns those that were there. In their order, because two
 * transactions that insert the same ones in opposite orders would wait for each other.
 */
export async function insertSeen(db: PoolClient, rows: readonly CountIdentity[]): Promise<SeenBefore[]> {
  if (rows.length === 0) return [];
  const values = texts(rows);
  if (await insertFresh(db, values)) return [];
  const inserted = await db.query(`${INSERT} ON CONFLICT DO NOTHING`, values);
  return inserted.rowCount === rows.length ? [] : seenBefore(db, values);
}

/** Nearly always all are new, and an insert that need not look for conflicts takes two thirds of the time. False: not all. */
async function insertFresh(db: PoolClient, values: string[]): Promise<boolean> {
  await db.query('SAVEPOINT seen');
  try {
    await db.query({ name: 'insert-fresh-seen', text: INSERT, values });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
    await db.query('ROLLBACK TO SAVEPOINT seen');
    return false;
  }
}

/** Those that this transaction did not insert. The statement before did not see what another one committed meanwhile. */
async function seenBefore(db: PoolClient, values: string[]): Promise<SeenBefore[]> {
  const found = await db.query<SeenBefore>(
    // The limit keeps the planner to one look into the index per row.
    `SELECT x.position::int - 1 AS position, s.payload_hash = x.payload_hash AS same
     FROM ${ROWS} WITH ORDINALITY x(day, identity, payload_hash, position)
     JOIN LATERAL (SELECT * FROM seen s WHERE s.day = x.day AND s.identity = x.identity LIMIT 1) s
       ON s.tx <> pg_current_xact_id() OR s.seen_at <> now()`,
    values,
  );
  return found.rows;
}

/** Days and UUIDs hold no comma; a driver that writes an array looks at every character of them. */
const texts = (rows: readonly CountIdentity[]): string[] => [
  rows.map(({ day }) => day).join(','),
  rows.map(({ identity }) => identity).join(','),
  rows.map(({ payloadHash }) => payloadHash).join(','),
];

/** At most `limit` identities of no day that are out of the window; returns how many went. */
export async function deleteOldTimeless(db: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await db.query(
    `DELETE FROM seen_timeless WHERE ctid = ANY (ARRAY(SELECT ctid FROM seen_timeless
       WHERE seen_at < now() - $1::int * interval '1 day' ORDER BY seen_at LIMIT $2))`,
    [days, limit],
  );
  return deleted.rowCount ?? 0;
}

/** The same of those of a day that had no partition of its own. */
export async function deleteOldDays(db: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await db.query(
    `DELETE FROM seen_default WHERE ctid = ANY (ARRAY(SELECT ctid FROM seen_default
       WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int AND day <> $3::date LIMIT $2))`,
    [days, limit, TIMELESS_DAY],
  );
  return deleted.rowCount ?? 0;
}
