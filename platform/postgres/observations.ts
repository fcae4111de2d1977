import type { Queryable } from './pool';

/** An event of another service that belongs to no run: validated, told apart by its event id, kept for projections. */
export interface NewObservation {
  rowId: string;
  topic: string;
  partition: number;
  offset: string;
  eventId: string;
  businessKey: string;
  /** Whom or what it is about; null: several. */
  entityId: string | null;
  /** ms since 1970. */
  at: number;
  payload: unknown;
  /** The bytes as they came: they hold the fields that we do not know. */
  raw: Buffer;
  /** How long the row is kept, from now. */
  keepMs: number;
}

/** One statement, however many rows. */
export async function insertObservations(db: Queryable, rows: NewObservation[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO observations (row_id, topic, partition, kafka_offset, event_id, business_key, entity_id, at, payload, raw,
       expires_at)
     SELECT x.row_id, x.topic, x.partition, x.kafka_offset, x.event_id, x.business_key, x.entity_id,
       to_timestamp(x.at / 1000), x.payload, x.raw, now() + x.keep_ms * interval '1 ms'
     FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::float8[],
       $9::jsonb[], $10::bytea[], $11::bigint[])
       x(row_id, topic, partition, kafka_offset, event_id, business_key, entity_id, at, payload, raw, keep_ms)`,
    [
      rows.map((row) => row.rowId),
      rows.map((row) => row.topic),
      rows.map((row) => row.partition),
      rows.map((row) => row.offset),
      rows.map((row) => row.eventId),
      rows.map((row) => row.businessKey),
      rows.map((row) => row.entityId),
      rows.map((row) => row.at),
      rows.map((row) => JSON.stringify(row.payload)),
      rows.map((row) => row.raw),
      rows.map((row) => row.keepMs),
    ],
  );
}

/** At most `limit` rows whose time is over; returns how many went. What another process deletes right now is left to it. */
export async function deleteExpiredObservations(db: Queryable, limit: number): Promise<number> {
  const deleted = await db.query(
    `DELETE FROM observations WHERE row_id IN (
       SELECT row_id FROM observations WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  );
  return deleted.rowCount ?? 0;
}
