import type { Residency } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** A registered output that nobody needs, or one whose objects an earlier collection has not been able to remove. */
export interface Collectable {
  contentId: string;
  residency: Residency;
  generation: number;
  revision: number;
  stage: 'transcode' | 'package';
  variant: string;
  inputHash: string;
  keys: string[];
  bytes: number;
  /** Marked before: only its objects are left. */
  isMarked: boolean;
}

export interface CollectQuery {
  residencies: readonly Residency[];
  /** Neither its content nor itself has changed for so long, ms. */
  graceMs: number;
  limit: number;
  /** The content after which the page begins; '' for the first. Contents are never cut in two. */
  after: string;
}

/** What is live, or would be after a restore; the renditions that it was made of, and those that others were told of last. */
const NEEDED_SET = `(c.dash_manifest = ANY(o.keys) OR c.hls_manifest = ANY(o.keys))`;
const NEEDED_RENDITION = `(
  c.transcoded IS NULL OR jsonb_path_query_array(c.transcoded, '$.renditions[*].s3_key') ?| o.keys
  OR jsonb_path_query_array(c.transcoded, '$.audioTracks[*].s3_key') ?| o.keys
  OR EXISTS (SELECT 1 FROM outputs p WHERE p.content_id = c.content_id AND p.stage = 'package' AND p.removed_at IS NULL
    AND c.dash_manifest = ANY(p.keys) AND p.meta -> 'renditions' ?| o.keys))`;

/** Of finished contents alone: an open run may be about to use whatever is there. */
const UNNEEDED = `o.removed_at IS NULL AND c.phase = 'terminal'
  AND greatest(c.since, o.created_at) <= now() - $2 * interval '1 ms'
  AND CASE o.stage WHEN 'package' THEN NOT ${NEEDED_SET} WHEN 'transcode' THEN NOT coalesce(${NEEDED_RENDITION}, true) END`;

const COLUMNS = `o.content_id AS "contentId", c.residency, o.generation, o.revision, o.stage, o.variant,
  o.input_hash AS "inputHash", o.keys, o.bytes::float8 AS bytes, o.objects_left AS "isMarked"`;

/** All collectable outputs of the next contents that have any. */
export async function collectable(db: Queryable, query: CollectQuery): Promise<Collectable[]> {
  const found = await db.query<Collectable>(
    `SELECT ${COLUMNS} FROM contents c JOIN outputs o ON o.content_id = c.content_id
     WHERE c.residency = ANY($1) AND c.content_id > $3 AND (o.objects_left OR (${UNNEEDED}))
       AND c.content_id <= coalesce((SELECT max(page.id) FROM (
         SELECT DISTINCT c.content_id AS id FROM contents c JOIN outputs o ON o.content_id = c.content_id
         WHERE c.residency = ANY($1) AND c.content_id > $3 AND (o.objects_left OR (${UNNEEDED})) ORDER BY 1 LIMIT $4) page), '')
     ORDER BY o.content_id, o.generation, o.stage, o.variant`,
    [query.residencies, query.graceMs, query.after, query.limit],
  );
  return found.rows;
}

/**
 * Marks it as removed where nobody needs it still, and returns the keys that no other output names; null: it is needed
 * again. Needs the lock of the content's row, so that no generation can begin meanwhile that would take it over.
 */
export async function markCollected(db: Queryable, one: Collectable, graceMs: number): Promise<string[] | null> {
  const { contentId, generation, revision, stage, variant, inputHash, keys, isMarked } = one;
  const id = [contentId, graceMs, generation, revision, stage, variant, inputHash, keys];
  if (!isMarked) {
    const marked = await db.query(
      `UPDATE outputs o SET removed_at = now(), objects_left = true FROM contents c
       WHERE c.content_id = $1 AND o.content_id = $1 AND o.generation = $3 AND o.revision = $4 AND o.stage = $5
         AND o.variant = $6 AND o.input_hash = $7 AND o.keys = $8 AND ${UNNEEDED}`,
      id,
    );
    if (marked.rowCount !== 1) return null;
  }
  const free = await db.query<{ key: string }>(
    `SELECT key FROM unnest($2::text[]) key WHERE NOT EXISTS (
       SELECT 1 FROM outputs o WHERE o.content_id = $1 AND o.removed_at IS NULL AND key = ANY(o.keys))`,
    [contentId, keys],
  );
  return free.rows.map(({ key }) => key);
}

/** Its objects are gone. */
export async function markEmptied(db: Queryable, one: Collectable): Promise<void> {
  const { contentId, generation, revision, stage, variant, inputHash, keys } = one;
  await db.query(
    `UPDATE outputs SET objects_left = false WHERE content_id = $1 AND generation = $2 AND revision = $3 AND stage = $4
       AND variant = $5 AND input_hash = $6 AND keys = $7 AND removed_at IS NOT NULL`,
    [contentId, generation, revision, stage, variant, inputHash, keys],
  );
}
