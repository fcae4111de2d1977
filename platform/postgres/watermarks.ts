import type { KafkaRecord } from '../../contracts/model/ports';
import type { Queryable } from './pool';

/** What one transaction took in of one partition. next: the offset after its last record. recordMs: its newest time, ms since 1970; null: none is known. */
export interface Span {
  topic: string;
  partition: number;
  next: string;
  recordMs: number | null;
}

export interface Watermark {
  topic: string;
  partition: number;
  nextOffset: string;
  wentBackAt: Date | null;
  wentBackTo: string | null;
  /** When the partition was found to end below its watermark; null: never. */
  recreatedAt: Date | null;
  /** Newest time of a record that was taken, ms since 1970; null: it is not known. */
  recordMs: number | null;
}

/** One record's place. */
export type Place = Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>;

/**
 * Moves the watermark forward, never back, and returns where it stood before (null: the partition is new to us). It only
 * tells; whether a record was handled is a question of its identity, never of its offset.
 */
export async function advanceWatermark(db: Queryable, span: Span): Promise<string | null> {
  const before = await db.query<{ before: string | null }>(
    `WITH old AS (SELECT next_offset FROM partition_watermarks WHERE topic = $1 AND partition = $2)
     INSERT INTO partition_watermarks AS w (topic, partition, next_offset, record_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(w.next_offset, $3),
       record_ms = greatest(w.record_ms, $4)
     RETURNING (SELECT next_offset FROM old)::text AS before`,
    [span.topic, span.partition, span.next, span.recordMs],
  );
  return before.rows[0]?.before ?? null;
}

/** As `advanceWatermark`, of several partitions at once, each once; tells nothing. */
export async function advanceWatermarks(db: Queryable, spans: readonly Span[]): Promise<void> {
  await db.query(
    `INSERT INTO partition_watermarks AS w (topic, partition, next_offset, record_ms)
     SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) x(topic, partition, next, record_ms)
     ORDER BY topic, partition
     ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(w.next_offset, excluded.next_offset),
       record_ms = greatest(w.record_ms, excluded.record_ms)`,
    [
      spans.map(({ topic }) => topic),
      spans.map(({ partition }) => partition),
      spans.map(({ next }) => next),
      spans.map(({ recordMs }) => recordMs),
    ],
  );
}

/**
 * Notes that a partition ends at `end`, below its watermark, which begins anew there. False: somebody noted it before, or
 * it is not so.
 */
export async function noteRecreated(db: Queryable, topic: string, partition: number, end: string): Promise<boolean> {
  const noted = await db.query(
    `UPDATE partition_watermarks SET next_offset = 0, recreated_at = now(), record_ms = NULL
     WHERE topic = $1 AND partition = $2 AND next_offset > $3::bigint`,
    [topic, partition, end],
  );
  return (noted.rowCount ?? 0) > 0;
}

/**
 * Notes that the partition went back where this record stands below its watermark: what was taken in comes again.
 * Returns the watermark; null: nothing of the partition was taken in.
 */
export async function noteReadFrom(db: Queryable, { topic, partition, offset }: Place): Promise<bigint | null> {
  const found = await db.query<{ next: string }>(
    `UPDATE partition_watermarks SET
       went_back_at = CASE WHEN $3::bigint < next_offset THEN now() ELSE went_back_at END,
       went_back_to = CASE WHEN $3::bigint < next_offset THEN $3 ELSE went_back_to END
     WHERE topic = $1 AND partition = $2 RETURNING next_offset::text AS next`,
    [topic, partition, offset],
  );
  return found.rows[0] ? BigInt(found.rows[0].next) : null;
}

export async function readWatermarks(db: Queryable): Promise<Watermark[]> {
  const found = await db.query<Watermark>(
    `SELECT topic, partition, next_offset::text AS "nextOffset", went_back_at AS "wentBackAt",
       went_back_to::text AS "wentBackTo", recreated_at AS "recreatedAt",
       record_ms::float8 AS "recordMs" FROM partition_watermarks ORDER BY topic, partition`,
  );
  return found.rows;
}
