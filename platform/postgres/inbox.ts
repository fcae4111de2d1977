import type { Fact } from '../../contracts/model/facts';
import type { Queryable } from './pool';

export interface NewInboxRow {
  rowId: string;
  /** The content id. */
  orderingKey: string;
  topic: string;
  partition: number;
  offset: string;
  recordKey: Buffer | null;
  headers: Record<string, string>;
  /** The record's own time; null: it has none. */
  recordMs: number | null;
  /** The fact without its row id. */
  fact: Omit<Fact, 'row'>;
  raw: Buffer;
}

/** Row ids ahead of the insert, ascending: the order within a partition is the order of the rows. */
export async function reserveRowIds(db: Queryable, count: number): Promise<string[]> {
  const reserved = await db.query<{ id: string }>({
    name: 'reserve-row-ids',
    text: `SELECT nextval('inbox_row_ids')::text AS id FROM generate_series(1, $1)`,
    values: [count],
  });
  return reserved.rows.map((row) => row.id).sort((left, right) => Number(BigInt(left) - BigInt(right)));
}

export async function insertInboxRows(db: Queryable, rows: NewInboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query({
    name: 'insert-inbox-rows',
    text: `INSERT INTO inbox (row_id, ordering_key, topic, partition, kafka_offset, record_key, headers, event_id,
       occurred_at, fact, raw, record_ms)
     SELECT x.row_id, x.ordering_key, x.topic, x.partition, x.kafka_offset, x.record_key, x.headers, x.fact ->> 'eventId',
       to_timestamp((x.fact ->> 'at')::float8 / 1000), x.fact, x.raw, x.record_ms
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bytea[], $7::jsonb[], $8::jsonb[],
       $9::bytea[], $10::bigint[])
       x(row_id, ordering_key, topic, partition, kafka_offset, record_key, headers, fact, raw, record_ms)`,
    values: [
      rows.map((row) => row.rowId),
      rows.map((row) => row.orderingKey),
      rows.map((row) => row.topic),
      rows.map((row) => row.partition),
      rows.map((row) => row.offset),
      rows.map((row) => row.recordKey),
      rows.map((row) => JSON.stringify(row.headers)),
      rows.map((row) => JSON.stringify(row.fact)),
      rows.map((row) => row.raw),
      rows.map((row) => row.recordMs),
    ],
  });
}

/** A fact that waits to be routed, with what the router must know beside the content's row. */
export interface OpenRow {
  orderingKey: string;
  rowId: string;
  topic: string;
  /** Why it was opened again (NOT_STARTED, CONTENT_FINISHED, or of what it was dead), or null. */
  code: string | null;
  fact: Omit<Fact, 'row'>;
  /** Size of the fact as JSON. */
  bytes: number;
  /** The Kafka record's own time, ms since 1970; null: it has none. */
  recordMs: number | null;
  /** How old the Kafka record was when it was taken in, ms; null: nobody knows. */
  ageMs: number | null;
  /** The run has had its say about this row already. */
  told: boolean;
  /** A flag that nobody has answered. */
  flagOpen: boolean;
}

/** The oldest open rows of each key, in row order; at most `limit` of each. */
export async function openRows(db: Queryable, consumer: string, keys: string[], limit: number): Promise<OpenRow[]> {
  const found = await db.query<OpenRow>(
    `SELECT r.ordering_key AS "orderingKey", r.row_id::text AS "rowId", r.topic, r.code, r.fact,
       octet_length(r.fact::text) AS bytes,
       (extract(epoch FROM r.received_at) * 1000 - r.record_ms)::float8 AS "ageMs",
       r.record_ms::float8 AS "recordMs",
       coalesce(e.outcome NOT IN ('delivered', 'dead') AND NOT (e.outcome = 'parked' AND e.code IS NOT DISTINCT FROM r.code), false) AS told,
       coalesce(f.cleared_by IS NULL AND f.flag_key IS NOT NULL, false) AS "flagOpen"
     FROM unnest($1::text[]) k(ordering_key)
     CROSS JOIN LATERAL (SELECT * FROM inbox i WHERE i.ordering_key = k.ordering_key AND i.status = 'open'
       ORDER BY i.row_id LIMIT $3) r
     LEFT JOIN event_ids e ON e.consumer = $2 AND e.event_id = r.event_id AND e.row_id = r.row_id
     LEFT JOIN flags f ON f.content_id = r.ordering_key AND f.flag_key = r.fact ->> 'key' AND r.topic = 'moderation.flagged'
     ORDER BY r.row_id`,
    [keys, consumer, limit],
  );
  return found.rows;
}

/** Where a claimed row goes. `before`: its code when it was claimed. */
export interface RoutedRow {
  rowId: string;
  status: 'done' | 'parked';
  code: string | null;
  before: string | null;
}

/** Rows that the run handed back meanwhile have another code than before and stay open. */
export async function closeRows(db: Queryable, clockTopic: string, rows: RoutedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `UPDATE inbox i SET status = x.status, code = x.code,
       parked_clock = CASE WHEN x.status = 'parked'
         THEN coalesce(i.parked_clock, (SELECT ran_ms FROM route_clocks WHERE topic = $5), 0) END
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) x(row_id, status, code, before)
     WHERE i.row_id = x.row_id AND i.status = 'open' AND i.code IS NOT DISTINCT FROM x.before`,
    [
      rows.map((row) => row.rowId),
      rows.map((row) => row.status),
      rows.map((row) => row.code),
      rows.map((row) => row.before),
      clockTopic,
    ],
  );
}

/**
 * Facts that waited for the start of their content are open again, also those that had become dead letters of that
 * waiting; their dead letters count as resolved. They keep their code, which says why they were not plainly open.
 * Returns the contents that had any.
 */
export async function reopenWaiting(db: Queryable, contentIds: string[]): Promise<Set<string>> {
  if (contentIds.length === 0) return new Set();
  const parked = await db.query<{ key: string }>(
    `UPDATE inbox SET status = 'open', parked_clock = NULL WHERE ordering_key = ANY($1) AND status = 'parked'
     RETURNING ordering_key AS key`,
    [contentIds],
  );
  const dead = await db.query<{ key: string }>(
    `WITH resolved AS (
       UPDATE dead_letters SET resolved_at = now()
       WHERE content_id = ANY($1) AND code = 'NO_SUCH_CONTENT' AND resolved_at IS NULL RETURNING row_id)
     UPDATE inbox i SET status = 'open' FROM resolved WHERE i.row_id = resolved.row_id AND i.status = 'dead'
     RETURNING i.ordering_key AS key`,
    [contentIds],
  );
  return new Set([...parked.rows, ...dead.rows].map((row) => row.key));
}

/** A run closed before it could use these facts: they are routed once more. */
export async function handBack(db: Queryable, contentId: string, rowIds: string[]): Promise<void> {
  await db.query(
    `UPDATE inbox SET status = 'open', code = 'CONTENT_FINISHED'
     WHERE ordering_key = $1 AND row_id = ANY($2::bigint[]) AND status IN ('open', 'done')`,
    [contentId, rowIds],
  );
}

/** What the rows say, in row order; rows that were dropped are missing. */
export async function readFacts(db: Queryable, rowIds: string[]): Promise<Fact['body'][]> {
  if (rowIds.length === 0) return [];
  const found = await db.query<{ body: Fact['body'] }>(
    `SELECT fact -> 'body' AS body FROM inbox WHERE row_id = ANY($1::bigint[]) ORDER BY row_id`,
    [rowIds],
  );
  return found.rows.map((row) => row.body);
}
