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
  /** What the row names: manifests, renditions. Where no record has them, a service has made them. */
  named: string[];
}

export interface RecordedQuery {
  residencies: readonly Residency[];
  /** Finished for so long, ms. */
  graceMs: number;
  /** The content after which the page begins; '' for the first. */
  after: string;
  limit: number;
  /** This one alone; default: all. */
  contentId?: string;
}

export async function recordedObjects(db: Queryable, query: RecordedQuery): Promise<RecordedObjects[]> {
  const found = await db.query<RecordedObjects>(
    `SELECT c.content_id AS "contentId", c.residency, c.status,
       coalesce(array_agg(k.key) FILTER (WHERE o.removed_at IS NULL AND k.key IS NOT NULL), '{}') AS keys,
       coalesce(array_agg(k.key) FILTER (WHERE o.objects_left), '{}') AS leaving,
         array_remove(ARRAY[c.hls_manifest, c.dash_manifest], NULL) AS named
     FROM (SELECT content_id, residency, status, hls_manifest, dash_manifest FROM contents
       WHERE phase = 'terminal' AND residency = ANY($1) AND since <= now() - $2 * interval '1 ms' AND content_id > $3
         AND ($5::text IS NULL OR content_id = $5)
       ORDER BY content_id LIMIT $4) c
     LEFT JOIN outputs o ON o.content_id = c.content_id LEFT JOIN LATERAL unnest(o.keys) k(key) ON true
     GROUP BY c.content_id, c.residency, c.status, c.hls_manifest, c.dash_manifest ORDER BY c.content_id`,
    [query.residencies, query.graceMs, query.after, query.limit, query.contentId ?? null],
  );
  return found.rows;
}
