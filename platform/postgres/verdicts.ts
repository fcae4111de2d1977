import { ReelwayError } from '../../contracts/model/errors';
import type { Flag } from '../../contracts/model/facts';
import type { DecisionRecord } from '../../contracts/model/lifecycle';
import type { QueuePriority } from '../../contracts/model/status';
import type { Queryable } from './pool';

/**
 * Flags and decisions of a content, and what follows from them in `contents`: open_flags, decision_id, removed_at.
 *
 * What follows is computed anew from all rows after each change (`settle`), never counted up and down. So any order
 * and repetition of flags and decisions ends the same:
 * - the newest decision of a person stands, else the newest by "auto"; one of a later generation goes first, and one
 *   that is older than the upload of a later revision no longer counts;
 * - APPROVED or AGE_GATED of a person answers the flags that are not newer; one by "auto" answers none, for it has seen
 *   none, and neither does one that skips moderation;
 * - flags older than the upload of a later revision are superseded;
 * - REMOVED removes at once, whatever else stands, and stays until an admin restores.
 *
 * All of it needs a transaction: every function locks the row of the content first.
 */
export interface FlagRaised {
  contentId: string;
  /** Business key: the same key is the same flag. */
  key: string;
  flags: Flag[];
  priority: QueuePriority;
  source: 'reelway' | 'service';
  /** ms since 1970. */
  at: number;
  /** Whether visible content goes dark while the flag is open. */
  hide: boolean;
}

/** The actor of decisions that no person took. */
export const AUTO_ACTOR = 'auto';

/** Returns the open flags of the content. Throws CONTENT_NOT_FOUND. */
export async function raiseFlag(db: Queryable, flag: FlagRaised): Promise<number> {
  await lockRow(db, flag.contentId);
  await db.query(
    `INSERT INTO flags (content_id, flag_key, flags, priority, source, flagged_at)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000)) ON CONFLICT (content_id, flag_key) DO NOTHING`,
    [flag.contentId, flag.key, JSON.stringify(flag.flags), flag.priority, flag.source, flag.at],
  );
  const open = await settle(db, flag.contentId);
  if (flag.hide && open > 0) await hide(db, flag.contentId);
  return open;
}

export interface DecisionTaken extends DecisionRecord {
  contentId: string;
  generation: number;
  revision: number;
}

/** Returns the open flags of the content. The same decision_id again changes nothing. Throws CONTENT_NOT_FOUND. */
export async function recordDecision(db: Queryable, taken: DecisionTaken): Promise<number> {
  await lockRow(db, taken.contentId);
  const { contentId, generation, revision, decisionId, decision, actor, reason, at, skipped = false } = taken;
  const written = await db.query(
    `INSERT INTO decisions (decision_id, content_id, generation, revision, decision, actor, reason, decided_at, skipped)
     VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::float8 / 1000), $9) ON CONFLICT (decision_id) DO NOTHING`,
    [decisionId, contentId, generation, revision, decision, actor, reason, at, skipped],
  );
  if (decision === 'REMOVED' && written.rowCount === 1) await removeContent(db, contentId);
  return settle(db, contentId);
}

export interface Superseding {
  contentId: string;
  generation: number;
  revision: number;
  /** Timestamp of the upload event, ms since 1970. */
  uploadedAt: number;
}

/** A new upload: flags on what was uploaded before it no longer count. Returns the open flags. */
export async function supersedeFlags(db: Queryable, upload: Superseding): Promise<number> {
  await lockRow(db, upload.contentId);
  await db.query(
    `UPDATE contents SET revision_at = to_timestamp($4::float8 / 1000), revision = $3
     WHERE content_id = $1 AND generation = $2 AND revision <= $3`,
    [upload.contentId, upload.generation, upload.revision, upload.uploadedAt],
  );
  return settle(db, upload.contentId);
}

async function lockRow(db: Queryable, contentId: string): Promise<void> {
  const locked = await db.query('SELECT 1 FROM contents WHERE content_id = $1 FOR UPDATE', [contentId]);
  if (locked.rows.length === 0) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
}

/** Two statements: each sees what the one before it, and whoever held the lock before us, has written. */
async function settle(db: Queryable, contentId: string): Promise<number> {
  await db.query(CLEAR_ANSWERED, [contentId, AUTO_ACTOR]);
  const settled = await db.query<{ open: number }>(FOLLOW, [contentId, AUTO_ACTOR]);
  return settled.rows[0]?.open ?? 0;
}

const CLEAR_ANSWERED = `
  WITH content AS (
    SELECT revision, revision_at FROM contents WHERE content_id = $1 AND (revision > 1 OR generation > 1))
  UPDATE flags f SET cleared_by = reason.why
  FROM flags g, LATERAL (SELECT coalesce(
    (SELECT d.decision_id FROM decisions d
     WHERE d.content_id = $1 AND d.decision IN ('APPROVED', 'AGE_GATED') AND d.actor <> $2 AND NOT d.skipped
       AND g.flagged_at <= d.decided_at
     ORDER BY d.decided_at, d.decision_id LIMIT 1),
    (SELECT 'superseded by revision ' || revision FROM content WHERE g.flagged_at < revision_at)) AS why) reason
  WHERE f.content_id = $1 AND f.cleared_by IS NULL AND g.content_id = f.content_id AND g.flag_key = f.flag_key
    AND reason.why IS NOT NULL`;

const FOLLOW = `
  UPDATE contents c SET
    open_flags = (SELECT count(*) FROM flags WHERE content_id = $1 AND cleared_by IS NULL),
    decision_id = (
      SELECT decision_id FROM decisions d
      WHERE content_id = $1 AND (d.revision >= c.revision OR c.revision_at IS NULL OR d.decided_at >= c.revision_at)
        AND NOT (d.decision = 'EDIT_REQUESTED' AND d.revision < c.revision) -- the new upload is its answer
      ORDER BY generation DESC, actor <> $2 AND NOT skipped DESC, decided_at DESC, decision_id DESC LIMIT 1),
    updated_at = now()
  WHERE c.content_id = $1 RETURNING c.open_flags AS open`;

async function removeContent(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `UPDATE contents SET removed_at = coalesce(removed_at, now()), visibility = 'REMOVED' WHERE content_id = $1`,
    [contentId],
  );
}

async function hide(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `UPDATE contents SET visibility = 'HIDDEN', updated_at = now()
     WHERE content_id = $1 AND visibility IN ('PUBLISHED', 'AGE_GATED')`,
    [contentId],
  );
}
