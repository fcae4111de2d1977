import { TIMELESS_DAY, type CountIdentity } from '../../contracts/model/engagement';
import type { Queryable } from './pool';

/** An identity that was there before. same: with the same content. */
export interface SeenBefore {
  /** In `rows`. */
  position: number;
  same: boolean;
}

/**
 * Remembers identities, each at most once in `rows`; returns those that were there. In their order, because two
 * transactions that insert the same ones in opposite orders would wait for each other.
 */
export async function insertSeen(db: Queryable, rows: readonly CountIdentity[]): Promise<SeenBefore[]> {
  if (rows.length === 0) return [];
  const known = await db.query<{ position: number }>(
    `WITH x AS MATERIALIZED (
       SELECT * FROM unnest(string_to_array($1, ',')::date[], string_to_array($2, ',')::uuid[],
         string_to_array($3, ',')::uuid[]) WITH ORDINALITY x(day, identity, payload_hash, position)),
     fresh AS (
       INSERT INTO seen (day, identity, payload_hash)
       SELECT day, identity, payload_hash FROM x ORDER BY day, identity
       ON CONFLICT DO NOTHING RETURNING day, identity)
     SELECT x.position::int - 1 AS position FROM x LEFT JOIN fresh f ON f.day = x.day AND f.identity = x.identity
     WHERE f.identity IS NULL`,
    texts(rows),
  );
  if (known.rows.length === 0) return [];
  return compare(
    db,
    rows,
    known.rows.map(({ position }) => position),
  );
}

/** A statement of its own: the one before does not see rows that another transaction committed while it waited. */
async function compare(db: Queryable, rows: readonly CountIdentity[], positions: number[]): Promise<SeenBefore[]> {
  const asked = positions.flatMap((position) => rows[position] ?? []);
  const found = await db.query<{ position: number; same: boolean }>(
    // The limit keeps the planner to one look into the index per row.
    `SELECT x.position::int - 1 AS position, coalesce(s.payload_hash = x.payload_hash, true) AS same
     FROM unnest(string_to_array($1, ',')::date[], string_to_array($2, ',')::uuid[],
       string_to_array($3, ',')::uuid[]) WITH ORDINALITY x(day, identity, payload_hash, position)
     LEFT JOIN LATERAL (SELECT payload_hash FROM seen s WHERE s.day = x.day AND s.identity = x.identity LIMIT 1) s
       ON true`,
    texts(asked),
  );
  return found.rows.map(({ position, same }) => ({ position: positions[position] ?? 0, same }));
}

/** Days and UUIDs hold no comma; a driver that writes an array looks at every character of them. */
const texts = (rows: readonly CountIdentity[]): string[] => [
  rows.map(({ day }) => day).join(','),
  rows.map(({ identity }) => identity).join(','),
  rows.map(({ payloadHash }) => payloadHash).join(','),
];

/** At most `limit` of what is out of the window and in no day of its own; returns how many went. */
export async function deleteOldSeen(db: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await db.query(
    `WITH timeless AS (
       DELETE FROM seen_timeless WHERE ctid = ANY (ARRAY(SELECT ctid FROM seen_timeless
         WHERE seen_at < now() - $1::int * interval '1 day' ORDER BY seen_at LIMIT $2)) RETURNING 1)
     DELETE FROM seen_default WHERE ctid = ANY (ARRAY(SELECT ctid FROM seen_default
       WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int AND day <> $3::date LIMIT $2))`,
    [days, limit, TIMELESS_DAY],
  );
  return deleted.rowCount ?? 0;
}
