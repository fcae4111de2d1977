import type { Queryable } from './pool';

/** The offsets of one transaction in one partition: of its first record, and after its last. */
export interface Span {
  topic: string;
  partition: number;
  first: string;
  next: string;
}

export interface Watermark {
  topic: string;
  partition: number;
  nextOffset: string;
  wentBackAt: Date | null;
  wentBackTo: string | null;
}

/**
 * Moves the watermark forward, never back, and returns where it stood before (null: the partition is new to us). It only
 * tells; whether a record was handled is a question of its identity, never of its offset.
 */
export async function advanceWatermark(db: Queryable, span: Span): Promise<string | null> {
  const before = await db.query<{ before: string | null }>(
    `WITH old AS (SELECT next_offset FROM partition_watermarks WHERE topic = $1 AND partition = $2)
     INSERT INTO partition_watermarks AS w (topic, partition, next_offset) VALUES ($1, $2, $4)
     ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(w.next_offset, $4),
       went_back_at = CASE WHEN $3::bigint < w.next_offset THEN now() ELSE w.went_back_at END,
       went_back_to = CASE WHEN $3::bigint < w.next_offset THEN $3 ELSE w.went_back_to END
     RETURNING (SELECT next_offset FROM old)::text AS before`,
    [span.topic, span.partition, span.first, span.next],
  );
  return before.rows[0]?.before ?? null;
}

export async function readWatermarks(db: Queryable): Promise<Watermark[]> {
  const found = await db.query<Watermark>(
    `SELECT topic, partition, next_offset::text AS "nextOffset", went_back_at AS "wentBackAt",
       went_back_to::text AS "wentBackTo" FROM partition_watermarks ORDER BY topic, partition`,
  );
  return found.rows;
}
