import type { CarriedOver, Snapshot } from '../../contracts/model/lifecycle';
import type { Visibility } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** What stands beside the run. removed: taken down, or decided so. */
export interface Standing {
  visibility: Visibility;
  removed: boolean;
}

/** Locks the row of a content, making it where there is none (a database that was made anew under a living run). */
export async function lockOrInsertContent(db: Queryable, snapshot: Snapshot): Promise<Standing> {
  await db.query(
    `INSERT INTO contents (content_id, phase, generation) VALUES ($1, 'open', $2) ON CONFLICT (content_id) DO NOTHING`,
    [snapshot.contentId, snapshot.generation],
  );
  const locked = await db.query<Standing>(
    `SELECT visibility, removed_at IS NOT NULL AS removed FROM contents WHERE content_id = $1 FOR UPDATE`,
    [snapshot.contentId],
  );
  return locked.rows[0] ?? { visibility: snapshot.visibility, removed: false };
}

/**
 * Mirrors a run's state where it is newer than what stands there; false: it was not. Who can see the content is never
 * taken from it: publish, withdraw, a flag's hiding and a takedown write that themselves, and a snapshot may be older than
 * they are. The one exception only ever hides: content that was decided REMOVED stays removed. Nor is what viewers play:
 * while the content is visible, only publish and withdraw change its manifests.
 *
 * closing: later facts are late from here on. A run that folds a fact while it closes may open again: its next snapshot
 * is newer and not closing.
 */
export async function writeSnapshot(db: Queryable, snapshot: Snapshot, closing: boolean): Promise<boolean> {
  const { contentId, generation, stateVersion, manifests } = snapshot;
  const done = await db.query(
    `UPDATE contents SET generation = $2, state_version = $3, revision = $4, stage = $5, status = $6,
       phase = CASE WHEN $18 THEN 'terminal' ELSE 'open' END,
       attention = $7 OR flagged_after_the_end, failure_code = CASE WHEN flagged_after_the_end THEN 'REVIEW_OPEN' ELSE $8 END,
       since = to_timestamp($9::float8 / 1000), stages = $10, renditions = $11,
       upload_session_id = coalesce(nullif($12, ''), upload_session_id),
       revision_at = coalesce((SELECT u.uploaded_at FROM uploads u WHERE u.content_id = $1 AND u.upload_session_id = $12), revision_at),
       creator_id = coalesce(creator_id, nullif($13, '')),
       residency = coalesce(residency, $14), content_type = coalesce(content_type, $15),
       hls_manifest = CASE WHEN keeps_manifests THEN hls_manifest ELSE $16 END,
       dash_manifest = CASE WHEN keeps_manifests THEN dash_manifest ELSE $17 END,
       cek_id = CASE WHEN keeps_manifests THEN cek_id ELSE $19 END,
       held = $20, priority = coalesce($21, priority), attempt = $22,
       visibility = CASE WHEN $6 = 'REMOVED' THEN 'REMOVED' ELSE visibility END,
       removed_at = CASE WHEN $6 = 'REMOVED' THEN coalesce(removed_at, now()) ELSE removed_at END,
       updated_at = now()
     FROM (SELECT open_flags > 0 AND $6 = 'PUBLISHED' AS flagged_after_the_end,
         visibility IN ('PUBLISHED', 'AGE_GATED') OR ($16::text IS NULL AND removed_at IS NOT NULL) AS keeps_manifests
       FROM contents WHERE content_id = $1) now_there
     WHERE content_id = $1 AND (generation < $2 OR (generation = $2 AND state_version < $3))`,
    [
      contentId,
      generation,
      stateVersion,
      snapshot.revision,
      snapshot.stage,
      snapshot.status,
      snapshot.attention,
      snapshot.code,
      snapshot.since,
      JSON.stringify(snapshot.stages),
      JSON.stringify(snapshot.renditions),
      snapshot.uploadSessionId,
      snapshot.creatorId,
      snapshot.residency,
      snapshot.contentType,
      manifests?.hls ?? null,
      manifests?.dash ?? null,
      closing,
      manifests?.cekId ?? null,
      snapshot.held ? JSON.stringify(snapshot.held) : null,
      snapshot.priority ?? null,
      snapshot.attempt ?? null,
    ],
  );
  if (closing && done.rowCount === 0) await close(db, contentId, generation, stateVersion);
  if (closing) await endGeneration(db, snapshot);
  return done.rowCount === 1;
}

async function endGeneration(db: Queryable, { contentId, generation, status }: Snapshot): Promise<void> {
  await db.query(
    `UPDATE generations SET ended_at = coalesce(ended_at, now()), outcome = $3 WHERE content_id = $1 AND generation = $2`,
    [contentId, generation, status],
  );
}

/** The run ends in the very state that it announced before. */
async function close(db: Queryable, contentId: string, generation: number, stateVersion: number): Promise<void> {
  await db.query(
    `UPDATE contents SET phase = 'terminal', updated_at = now()
     WHERE content_id = $1 AND generation = $2 AND state_version = $3 AND phase <> 'terminal'`,
    [contentId, generation, stateVersion],
  );
}

/** Kept for a later generation, which begins with what this one made. */
export async function rememberTranscoded(
  db: Queryable,
  contentId: string,
  transcoded: CarriedOver['transcoded'],
): Promise<void> {
  await db.query('UPDATE contents SET transcoded = $2 WHERE content_id = $1', [contentId, JSON.stringify(transcoded)]);
}
