import type { AssetStatus, Residency, Visibility } from '../../contracts/model/status';
import type { AssetBody } from '../../contracts/schema/http';
import type { ContentPhase } from './contents';
import type { PoolClient, Queryable } from './pool';

/** What stands of an episode before an update; the asset's fields are null where there is no asset. */
export interface StandingAsset {
  episodeId: string;
  /** null: nobody knows the content. */
  phase: ContentPhase | null;
  residency: Residency | null;
  bodyHash: Buffer | null;
  version: Date | null;
  status: AssetStatus | null;
  hasThumbnail: boolean;
  hasManifest: boolean;
  /** An admin was called because viewers met it without a manifest. */
  isMissed: boolean;
}

/** Until the transaction ends, nobody else gets these locks; taken before any asset's row is. */
export async function lockAssets(db: Queryable, episodeIds: string[]): Promise<void> {
  if (episodeIds.length === 0) return;
  await db.query({
    name: 'lock-assets',
    text: `SELECT pg_advisory_xact_lock(lock) FROM (
       SELECT DISTINCT hashtextextended('asset:' || id, 0) AS lock FROM unnest($1::text[]) id ORDER BY 1) locks`,
    values: [episodeIds],
  });
}

/** Of each episode, under its lock: nobody else writes its asset, or calls an admin for its manifest, meanwhile. */
export async function readStandingAssets(db: Queryable, episodeIds: string[]): Promise<Map<string, StandingAsset>> {
  const found = await db.query<StandingAsset>(
    `SELECT x.id AS "episodeId", c.phase, c.residency, a.body_hash AS "bodyHash", a.version, a.status,
       a.thumbnail_url IS NOT NULL AS "hasThumbnail", a.manifest_url IS NOT NULL AS "hasManifest",
       coalesce(c.failure_code = 'MANIFEST_MISSING', false) AS "isMissed"
     FROM unnest($1::text[]) x(id)
     LEFT JOIN contents c ON c.content_id = x.id LEFT JOIN media_assets a ON a.episode_id = x.id`,
    [episodeIds],
  );
  return new Map(found.rows.map((row) => [row.episodeId, row]));
}

export interface NewAsset {
  episodeId: string;
  /** ms since 1970. */
  version: number;
  bodyHash: Buffer;
  body: AssetBody;
  residency: Residency | null;
}

/** Writes those that are newer than what stands; returns their episodes. One update per episode, in any order. */
export async function upsertAssets(db: Queryable, assets: NewAsset[]): Promise<Set<string>> {
  if (assets.length === 0) return new Set();
  const done = await db.query<{ id: string }>({
    name: 'upsert-assets',
    text: `INSERT INTO media_assets AS a (episode_id, version, body_hash, status, manifest_url, thumbnail_url, variants, captions,
       fallback_art_url, source_upload_id, streaming_asset_id, reason, residency)
     SELECT x.episode_id, to_timestamp(x.version / 1000), x.body_hash, b ->> 'status', b ->> 'manifestUrl',
       b ->> 'defaultThumbnailUrl', b -> 'variants', b -> 'captions', b ->> 'fallbackArtUrl', b ->> 'sourceUploadId',
       b ->> 'streamingAssetId', b ->> 'reason', x.residency
     FROM ROWS FROM (unnest($1::text[], $2::float8[], $3::bytea[], $4::text[]), jsonb_array_elements($5::jsonb))
       x(episode_id, version, body_hash, residency, b)
     ORDER BY x.episode_id
     ON CONFLICT (episode_id) DO UPDATE SET version = EXCLUDED.version, body_hash = EXCLUDED.body_hash,
       status = EXCLUDED.status, manifest_url = coalesce(EXCLUDED.manifest_url, a.manifest_url),
       thumbnail_url = coalesce(EXCLUDED.thumbnail_url, a.thumbnail_url),
       variants = coalesce(EXCLUDED.variants, a.variants), captions = coalesce(EXCLUDED.captions, a.captions),
       fallback_art_url = coalesce(EXCLUDED.fallback_art_url, a.fallback_art_url),
       source_upload_id = coalesce(EXCLUDED.source_upload_id, a.source_upload_id),
       streaming_asset_id = coalesce(EXCLUDED.streaming_asset_id, a.streaming_asset_id),
       reason = EXCLUDED.reason, residency = coalesce(EXCLUDED.residency, a.residency), updated_at = now()
     WHERE (a.version, a.status = 'READY', a.body_hash) < (EXCLUDED.version, EXCLUDED.status = 'READY', EXCLUDED.body_hash)
       OR (a.manifest_url IS NULL AND a.status = 'READY' AND a.body_hash = EXCLUDED.body_hash)
     RETURNING episode_id AS id`,
    values: [
      assets.map((asset) => asset.episodeId),
      assets.map((asset) => asset.version),
      assets.map((asset) => asset.bodyHash),
      assets.map((asset) => asset.residency),
      JSON.stringify(assets.map((asset) => asset.body)),
    ],
  });
  return new Set(done.rows.map(({ id }) => id));
}

/** Logs updates that came too late, beside what stands; the same one again is counted. Returns episodes whose standing update is the very same one. */
export async function insertConflicts(db: Queryable, assets: NewAsset[]): Promise<Set<string>> {
  if (assets.length === 0) return new Set();
  const done = await db.query<{ id: string }>(
    `WITH late AS (
       SELECT x.*, a.version AS standing_version, a.status AS standing_status, a.body_hash AS standing_hash
       FROM unnest($1::text[], $2::float8[], $3::bytea[], $4::text[], $5::text[]) x(episode_id, version, body_hash, status, residency)
       JOIN media_assets a ON a.episode_id = x.episode_id),
     logged AS (
       INSERT INTO asset_conflicts AS c (episode_id, version, status, body_hash, standing_version, standing_status, residency)
       SELECT episode_id, to_timestamp(version / 1000), status, body_hash, standing_version, standing_status, residency
       FROM late WHERE body_hash <> standing_hash ORDER BY episode_id
       ON CONFLICT (episode_id, version, body_hash) DO UPDATE SET times = c.times + 1, last_at = now())
     SELECT episode_id AS id FROM late WHERE body_hash = standing_hash`,
    [
      assets.map((asset) => asset.episodeId),
      assets.map((asset) => asset.version),
      assets.map((asset) => asset.bodyHash),
      assets.map((asset) => asset.body.status),
      assets.map((asset) => asset.residency),
    ],
  );
  return new Set(done.rows.map(({ id }) => id));
}

/** One asset as people see it. */
export interface AssetRow {
  episodeId: string;
  version: Date;
  status: AssetStatus;
  manifestUrl: string | null;
  thumbnailUrl: string | null;
  variants: NonNullable<AssetBody['variants']> | null;
  captions: NonNullable<AssetBody['captions']> | null;
  fallbackArtUrl: string | null;
  sourceUploadId: string | null;
  streamingAssetId: string | null;
  reason: string | null;
  residency: Residency | null;
  cacheable: boolean;
  updatedAt: Date;
}

const COLUMNS = `
  a.episode_id AS "episodeId", a.version, a.status, a.manifest_url AS "manifestUrl", a.thumbnail_url AS "thumbnailUrl",
  a.variants, a.captions, a.fallback_art_url AS "fallbackArtUrl", a.source_upload_id AS "sourceUploadId",
  a.streaming_asset_id AS "streamingAssetId", a.reason, a.residency, a.cacheable, a.updated_at AS "updatedAt"`;

export async function readAsset(db: Queryable, episodeId: string): Promise<AssetRow | null> {
  const found = await db.query<AssetRow>(`SELECT ${COLUMNS} FROM media_assets a WHERE a.episode_id = $1`, [episodeId]);
  return found.rows[0] ?? null;
}

export interface ConflictRow {
  id: string;
  episodeId: string;
  version: Date;
  status: AssetStatus;
  standingVersion: Date;
  standingStatus: AssetStatus;
  times: number;
  firstAt: Date;
  lastAt: Date;
}

/** Newest first. before: the id that the page before ended with. */
export async function listConflicts(
  db: Queryable,
  { episodeId, before, limit }: { episodeId?: string; before?: string; limit: number },
): Promise<ConflictRow[]> {
  const found = await db.query<ConflictRow>(
    `SELECT id::text AS id, episode_id AS "episodeId", version, status, standing_version AS "standingVersion",
       standing_status AS "standingStatus", times, first_at AS "firstAt", last_at AS "lastAt" FROM asset_conflicts
     WHERE ($1::text IS NULL OR episode_id = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [episodeId ?? null, before ?? null, limit],
  );
  return found.rows;
}

/** What a viewer's player needs, in one row. */
export interface PlayableRow {
  contentId: string;
  title: string | null;
  contentType: string | null;
  visibility: Visibility;
  residency: Residency | null;
  hlsManifest: string | null;
  dashManifest: string | null;
  /** An admin was called, for whatever reason. */
  attention: boolean;
  /** Null: no service has said anything; we made the media ourselves. */
  asset: AssetRow | null;
}

export async function readPlayable(db: Queryable, contentId: string): Promise<PlayableRow | null> {
  const found = await db.query<Omit<PlayableRow, 'asset'> & ({ episodeId: null } | AssetRow)>(
    `SELECT ${COLUMNS}, c.content_id AS "contentId", c.title, c.content_type AS "contentType", c.visibility,
       c.residency, c.hls_manifest AS "hlsManifest", c.dash_manifest AS "dashManifest", c.attention
     FROM contents c LEFT JOIN media_assets a ON a.episode_id = c.content_id WHERE c.content_id = $1`,
    [contentId],
  );
  const row = found.rows[0];
  return row ? { ...row, asset: row.episodeId === null ? null : row } : null;
}

/**
 * Calls an admin: viewers ask for what is not there. Under the lock of the asset: whoever brings the manifest meanwhile
 * either sees the call or is seen by it.
 */
export async function markManifestMissing(db: PoolClient, contentId: string): Promise<void> {
  await lockAssets(db, [contentId]);
  await db.query(
    `UPDATE contents SET attention = true, failure_code = 'MANIFEST_MISSING', since = now(), updated_at = now()
     WHERE content_id = $1 AND visibility IN ('PUBLISHED', 'AGE_GATED') AND NOT attention
       AND NOT EXISTS (SELECT 1 FROM media_assets WHERE episode_id = $1 AND manifest_url IS NOT NULL)`,
    [contentId],
  );
}

/** The manifest is there again. */
export async function unmarkManifestMissing(db: Queryable, contentIds: string[]): Promise<void> {
  if (contentIds.length === 0) return;
  await db.query(
    `UPDATE contents SET attention = false, failure_code = NULL, since = now(), updated_at = now()
     WHERE content_id IN (SELECT content_id FROM contents WHERE content_id = ANY($1)
       AND failure_code = 'MANIFEST_MISSING' ORDER BY content_id FOR UPDATE)`,
    [contentIds],
  );
}
