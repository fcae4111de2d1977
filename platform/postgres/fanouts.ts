import type { Visibility } from '../../contracts/model/status';
import type { NewContent } from '../../contracts/model/ports';
import type { Queryable } from './pool';

/**
 * Plans to tell the subscribers, once per content. One that ended because the content was hidden goes on where it was,
 * in its first words.
 */
export async function insertFanOut(db: Queryable, of: NewContent): Promise<void> {
  await db.query(
    `INSERT INTO fanouts (content_id, creator_id, title, content_type, residency, channels, at, traceparent)
     VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), $8)
     ON CONFLICT (content_id) DO UPDATE SET stopped = NULL, ended_at = NULL, tried_at = NULL
     WHERE fanouts.stopped IS NOT NULL`,
    [of.contentId, of.creatorId, of.title, of.contentType, of.residency, of.channels, of.at, of.traceparent],
  );
}

export type FanOutToStart = Pick<NewContent, 'contentId' | 'creatorId' | 'title' | 'contentType' | 'residency'>;

/**
 * Those that nobody started, and those that were started so long ago that their run may be lost. Oldest first, and so many
 * that no more than `atOnce` run.
 */
export async function fanOutsToStart(
  db: Queryable,
  { againAfterMs, atOnce }: { againAfterMs: number; atOnce: number },
): Promise<FanOutToStart[]> {
  const found = await db.query<FanOutToStart>(
    `SELECT content_id AS "contentId", creator_id AS "creatorId", title, content_type AS "contentType", residency
     FROM fanouts WHERE ended_at IS NULL AND (tried_at IS NULL OR tried_at < now() - $1 * interval '1 ms')
     ORDER BY tried_at NULLS FIRST
     LIMIT greatest(0, $2 - (SELECT count(*) FROM fanouts WHERE ended_at IS NULL AND tried_at >= now() - $1 * interval '1 ms'))`,
    [againAfterMs, atOnce],
  );
  return found.rows;
}

export async function markFanOutStarted(db: Queryable, contentId: string): Promise<void> {
  await db.query('UPDATE fanouts SET tried_at = now() WHERE content_id = $1', [contentId]);
}

/** What is told, and how far it is. visibility: of the content now. */
export interface FanOut extends NewContent {
  cursor: string;
  told: number;
  total: number | null;
  ended: boolean;
  stopped: Visibility | null;
  visibility: Visibility;
}

export async function readFanOut(db: Queryable, contentId: string): Promise<FanOut | null> {
  const found = await db.query<FanOut>(
    `SELECT f.content_id AS "contentId", f.creator_id AS "creatorId", f.title, f.content_type AS "contentType",
       f.residency, f.channels, (extract(epoch FROM f.at) * 1000)::float8 AS at, f.traceparent, f.cursor,
       f.told::float8 AS told, f.total::float8 AS total, f.ended_at IS NOT NULL AS ended, f.stopped,
       CASE WHEN c.removed_at IS NULL THEN c.visibility ELSE 'REMOVED' END AS visibility
     FROM fanouts f JOIN contents c USING (content_id) WHERE f.content_id = $1`,
    [contentId],
  );
  return found.rows[0] ?? null;
}

/** Counts the subscribers once, for people who watch. */
export async function countFanOut(db: Queryable, { contentId, creatorId }: NewContent): Promise<number> {
  const counted = await db.query<{ total: number }>(
    `UPDATE fanouts SET total = coalesce(total,
       (SELECT count(*) FROM subscriptions WHERE creator_id = $2 AND state = 'SUBSCRIBED'))
     WHERE content_id = $1 RETURNING total::float8 AS total`,
    [contentId, creatorId],
  );
  return counted.rows[0]?.total ?? 0;
}

/** Subscribers after one of them, in the order of their ids. */
export async function subscribersAfter(
  db: Queryable,
  { creatorId, cursor, limit }: { creatorId: string; cursor: string; limit: number },
): Promise<string[]> {
  const found = await db.query<{ user_id: string }>({
    name: 'subscribers-after',
    text: `SELECT user_id FROM subscriptions WHERE creator_id = $1 AND state = 'SUBSCRIBED' AND user_id > $2
           ORDER BY user_id LIMIT $3`,
    values: [creatorId, cursor, limit],
  });
  return found.rows.map((row) => row.user_id);
}

/**
 * A page was told. An attempt that was given up and goes on cannot set it back. While pages are told its run is not taken for
 * lost; one that is planned anew stays due, whoever still tells.
 */
export async function advanceFanOut(
  db: Queryable,
  { contentId, cursor, told }: Pick<FanOut, 'contentId' | 'cursor' | 'told'>,
): Promise<void> {
  await db.query(
    `UPDATE fanouts SET cursor = $2, told = $3, tried_at = CASE WHEN tried_at IS NOT NULL THEN now() END
     WHERE content_id = $1 AND cursor < $2`,
    [contentId, cursor, told],
  );
}

/** Everybody was told. */
export async function endFanOut(db: Queryable, contentId: string): Promise<void> {
  await db.query('UPDATE fanouts SET ended_at = now() WHERE content_id = $1 AND ended_at IS NULL', [contentId]);
}

/**
 * False where the content is no longer what was seen: a publication that came meanwhile has found nothing to resume, so
 * whoever tells looks again.
 */
export async function stopFanOut(db: Queryable, contentId: string, seen: Visibility): Promise<boolean> {
  const done = await db.query(
    // The content first, as a publication does, and under a lock: what that has changed is seen.
    `WITH c AS (
       SELECT content_id FROM contents WHERE content_id = $1
         AND CASE WHEN removed_at IS NULL THEN visibility ELSE 'REMOVED' END = $2 FOR SHARE)
     UPDATE fanouts f SET ended_at = now(), stopped = $2 FROM c
     WHERE f.content_id = c.content_id AND f.ended_at IS NULL`,
    [contentId, seen],
  );
  return done.rowCount === 1;
}
