import type { TakenOver } from '../../contracts/model/generation';
import type { Manifests, OpenFlag, Upload } from '../../contracts/model/lifecycle';
import type { Visibility } from '../../contracts/model/status';
import type { SourceProbe, TranscodedView, TranscodeResult } from '../../contracts/model/work';
import type { Queryable } from './pool';

/** What the generations before have left of a content. */
export interface Inheritance {
  revision: number;
  upload: Upload | null;
  source: TakenOver['source'];
  /** The renditions that count, where every one of them is recorded; else empty. */
  encoded: TranscodeResult[];
  transcoded: TranscodedView | null;
  manifests: Manifests | null;
  visibility: Visibility;
  wasPublished: boolean;
  metadataVersion: number;
  decision: (NonNullable<TakenOver['decision']> & { removes: boolean }) | null;
  flags: OpenFlag[];
  /** Highest number of a package set; 0: there was none. */
  lastSet: number;
}

interface Row {
  revision: number;
  visibility: Visibility;
  hls: string | null;
  dash: string | null;
  cekId: string | null;
  /** We made the set that the row names, and it was removed since. */
  setIsGone: boolean;
  transcoded: TranscodedView | null;
  wasPublished: boolean;
  metadataVersion: number;
  upload: Upload | null;
  source: {
    sha256: string;
    bytes: number;
    probe: SourceProbe;
    ladder: NonNullable<TakenOver['source']>['ladder'];
  } | null;
  decision: NonNullable<Inheritance['decision']> | null;
  flags: OpenFlag[];
  lastSet: number;
}

const MS = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::bigint`;

/** Needs the lock of the content's row. */
export async function readInheritance(db: Queryable, contentId: string): Promise<Inheritance | null> {
  const found = await db.query<Row>(
    `SELECT c.revision, c.visibility, c.hls_manifest AS hls, c.dash_manifest AS dash, c.cek_id AS "cekId", c.transcoded,
       coalesce((SELECT bool_and(o.removed_at IS NOT NULL) FROM outputs o
         WHERE o.content_id = $1 AND o.stage = 'package' AND c.dash_manifest = ANY(o.keys)), false) AS "setIsGone",
       c.published_at IS NOT NULL AS "wasPublished", c.metadata_version AS "metadataVersion",
       CASE WHEN u.content_id IS NOT NULL THEN jsonb_build_object('uploadSessionId', u.upload_session_id,
         'creatorId', u.creator_id, 'rawKey', u.raw_key, 'residency', u.residency, 'contentType', u.content_type,
         'at', ${MS('u.uploaded_at')}) END AS upload,
       (SELECT jsonb_build_object('sha256', s.sha256, 'bytes', s.bytes, 'probe', s.probe, 'ladder', s.ladder)
        FROM sources s WHERE s.content_id = $1 AND s.revision = c.revision AND s.sha256 IS NOT NULL AND s.ladder IS NOT NULL
        ORDER BY s.generation DESC LIMIT 1) AS source,
       (SELECT jsonb_build_object('decisionId', d.decision_id, 'decision', d.decision, 'actor', d.actor, 'reason', d.reason,
          'at', ${MS('d.decided_at')}, 'by', CASE WHEN d.skipped THEN 'skip' WHEN d.actor = 'auto' THEN 'auto' ELSE 'person' END,
          'removes', d.decision NOT IN ('APPROVED', 'AGE_GATED'))
        FROM decisions d WHERE d.decision_id = c.decision_id AND d.content_id = $1) AS decision,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('key', f.flag_key, 'flags', f.flags, 'priority', f.priority,
          'source', f.source, 'at', ${MS('f.flagged_at')}) ORDER BY f.flagged_at, f.flag_key), '[]')
        FROM flags f WHERE f.content_id = $1 AND f.cleared_by IS NULL) AS flags,
       (SELECT coalesce(max(substring(o.variant FROM '^s([0-9]+)$')::int), 0) FROM outputs o
        WHERE o.content_id = $1 AND o.stage = 'package') AS "lastSet"
     FROM contents c
     LEFT JOIN uploads u ON u.content_id = c.content_id AND u.upload_session_id = c.upload_session_id
     WHERE c.content_id = $1`,
    [contentId],
  );
  const row = found.rows[0];
  if (!row) return null;
  const { hls, dash, cekId, setIsGone, ...rest } = row;
  const encoded = await readEncodedOf(db, contentId, dash, row.transcoded);
  return { ...rest, encoded, manifests: hls !== null && dash !== null && !setIsGone ? { hls, dash, cekId } : null };
}

/** What a set was packaged from stands in its record; before it did, the renditions that were announced last. */
const WANTED = `
  SELECT jsonb_array_elements_text(coalesce(
    (SELECT o.meta -> 'renditions' FROM outputs o
     WHERE o.content_id = $1 AND o.stage = 'package' AND $2 = ANY(o.keys) AND o.removed_at IS NULL
     ORDER BY o.generation DESC LIMIT 1),
    jsonb_path_query_array($3::jsonb, '$.renditions[*].s3_key') || jsonb_path_query_array($3::jsonb, '$.audioTracks[*].s3_key'),
    '[]')) AS key`;

async function readEncodedOf(
  db: Queryable,
  contentId: string,
  dash: string | null,
  transcoded: TranscodedView | null,
): Promise<TranscodeResult[]> {
  const found = await db.query<{ meta: TranscodeResult | null }>(
    `SELECT DISTINCT ON (w.key) o.meta FROM (${WANTED}) w
     LEFT JOIN outputs o ON o.content_id = $1 AND o.stage = 'transcode' AND w.key = ANY(o.keys) AND o.removed_at IS NULL
     ORDER BY w.key, o.generation`,
    [contentId, dash, JSON.stringify(transcoded)],
  );
  const all = found.rows.flatMap(({ meta }) => (meta === null ? [] : [meta]));
  return all.length === found.rows.length ? all : [];
}

/** A start of a command's that Temporal has not acknowledged. */
export interface HalfStart {
  contentId: string;
  generation: number;
  input: unknown;
}

export const COMMAND_CAUSE = 'command:';

/** Those that were begun so long ago; an upload's and a flag's own fact brings its start again. */
export async function halfStarts(db: Queryable, olderThanMs: number, limit: number): Promise<HalfStart[]> {
  const found = await db.query<HalfStart>(
    `SELECT c.content_id AS "contentId", c.generation, g.input FROM contents c
     JOIN generations g ON g.content_id = c.content_id AND g.generation = c.generation
     WHERE c.phase = 'starting' AND starts_with(g.cause, $1) AND g.created_at <= now() - $2 * interval '1 ms'
     ORDER BY c.content_id LIMIT $3`,
    [COMMAND_CAUSE, olderThanMs, limit],
  );
  return found.rows;
}

/** The start of this very generation, while it is not acknowledged. */
export async function halfStartOf(db: Queryable, contentId: string, generation: number): Promise<HalfStart | null> {
  const found = await db.query<HalfStart>(
    `SELECT c.content_id AS "contentId", c.generation, g.input FROM contents c
     JOIN generations g ON g.content_id = c.content_id AND g.generation = c.generation
     WHERE c.content_id = $1 AND c.generation = $2 AND c.phase = 'starting'`,
    [contentId, generation],
  );
  return found.rows[0] ?? null;
}

/** Contents that were taken down while their run is open: it may not have heard of it. */
export async function takenDownOpen(db: Queryable, after: string, limit: number): Promise<string[]> {
  const found = await db.query<{ id: string }>(
    `SELECT content_id AS id FROM contents WHERE removed_at IS NOT NULL AND phase = 'open' AND content_id > $1
     ORDER BY content_id LIMIT $2`,
    [after, limit],
  );
  return found.rows.map(({ id }) => id);
}

/** Hides it from everybody at once; a run that is open hears of it and ends. Needs the lock of the content's row. */
export async function writeTakedown(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `UPDATE contents SET removed_at = now(), visibility = 'REMOVED', updated_at = now(),
       status = CASE WHEN phase = 'terminal' THEN 'REMOVED' ELSE status END,
       since = CASE WHEN phase = 'terminal' THEN now() ELSE since END,
       attention = attention AND phase <> 'terminal',
       failure_code = CASE WHEN phase = 'terminal' THEN NULL ELSE failure_code END
     WHERE content_id = $1`,
    [contentId],
  );
}

/** It may be seen again, once its next generation has published it. Needs the lock of the content's row. */
export async function undoTakedown(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `UPDATE contents SET removed_at = NULL, visibility = 'HIDDEN', updated_at = now() WHERE content_id = $1`,
    [contentId],
  );
}

/** The stage that a generation was begun to do anew; null: none. */
export async function readAnew(db: Queryable, contentId: string, generation: number): Promise<TakenOver['anew']> {
  const found = await db.query<{ anew: TakenOver['anew'] }>(
    `SELECT input -> 'taken' ->> 'anew' AS anew FROM generations WHERE content_id = $1 AND generation = $2`,
    [contentId, generation],
  );
  return found.rows[0]?.anew ?? null;
}
