import type { Residency, Status } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** A finished content and the keys that records name, also those of which gc has still to remove the objects. */
export interface RecordedObjects {
  contentId: string;
  residency: Residency;
  status: Status;
  /** Recorded, and not removed. */
  keys: string[];
  /** Removed from the records; the objects go with the next gc. */
  leaving: string[];
}

export interface RecordedQuery {
  residencies: readonly Residency[];
  /** Finished for so long, ms. */
  graceMs: number;
  /** The content after which the page begins; '' for the first. */
  after: string;
  limit: number;
}

export async function recordedObjects(db: Queryable, query: RecordedQuery): Promise<RecordedObjects[]> {
  const found = await db.query<RecordedObjects>(
    `SELECT c.content_id AS "contentId", c.residency, c.status,
       coalesce(array_agg(k.key) FILTER (WHERE o.removed_at IS NULL AND k.key IS NOT NULL), '{}') AS keys,
       coalesce(array_agg(k.key) FILTER (WHERE o.objects_left), '{}') AS leaving
     FROM (SELECT content_id, residency, status FROM contents
       WHERE phase = 'terminal' AND residency = ANY($1) AND since <= now() - $2 * interval '1 ms' AND content_id > $3
       ORDER BY content_id LIMIT $4) c
     LEFT JOIN outputs o ON o.content_id = c.content_id LEFT JOIN LATERAL unnest(o.keys) k(key) ON true
     GROUP BY c.content_id, c.residency, c.status ORDER BY c.content_id`,
    [query.residencies, query.graceMs, query.after, query.limit],
  );
  return found.rows;
}
