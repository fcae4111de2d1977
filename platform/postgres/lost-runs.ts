import type { TerminalStatus } from '../../contracts/model/status';
import { ASSET_TOPIC } from '../../contracts/model/topics';
import type { ContentRow } from './contents';
import type { Queryable } from './pool';
import { LAST_STATE } from './starts';

/** What a run that is gone was about to do, nobody does. */
const UNDER_WAY = new Set(['PENDING', 'RUNNING', 'WAITING', 'PARKED']);

/**
 * Ends a generation whose run Temporal has no more. Nothing that such a run may still announce changes it. Needs the lock
 * of the content's row.
 */
export async function closeLost(
  db: Queryable,
  { contentId, generation, stages }: Pick<ContentRow, 'contentId' | 'generation' | 'stages'>,
  status: TerminalStatus,
): Promise<void> {
  const ended = stages.map((one) =>
    UNDER_WAY.has(one.status) ? { ...one, status: 'CANCELLED', deadlineAt: null } : one,
  );
  await db.query(
    `UPDATE contents SET phase = 'terminal', status = $3, attention = false, failure_code = NULL, attempt = NULL, held = NULL,
       stages = $4, state_version = $5, since = now(), updated_at = now()
     WHERE content_id = $1 AND generation = $2`,
    [contentId, generation, status, JSON.stringify(ended), LAST_STATE],
  );
  await db.query(
    `UPDATE generations SET ended_at = coalesce(ended_at, now()), outcome = $3 WHERE content_id = $1 AND generation = $2`,
    [contentId, generation, status],
  );
}

/**
 * What the run was given and never answered, the upload that it kept for later, and what waits or is on its way to it, is
 * routed once more, when the key is woken: not here, since keys are locked before contents everywhere. A changed code keeps
 * whoever is delivering a row just now from closing it.
 */
export async function handBackUnanswered(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `UPDATE inbox i SET status = 'open', code = coalesce(kept.code, 'RUN_MISSING')
     FROM (SELECT row_id, CASE WHEN outcome = 'parked' THEN code END AS code FROM event_ids
       WHERE content_id = $1 AND (outcome IS NULL OR outcome = 'delivered' OR (outcome = 'parked' AND code = 'SECOND_UPLOAD'))) kept
     WHERE i.ordering_key = $1 AND i.row_id = kept.row_id AND i.status IN ('open', 'done')`,
    [contentId],
  );
}

/**
 * The update that made the lost run's media comes again, too: its service has said all that it will say, and the same
 * words from it would change nothing.
 */
export async function handBackMedia(db: Queryable, contentId: string): Promise<void> {
  await db.query(
    `WITH made AS (
       UPDATE event_ids SET outcome = NULL WHERE row_id = (
         SELECT e.row_id FROM event_ids e JOIN inbox i ON i.row_id = e.row_id AND i.status = 'done'
         WHERE e.content_id = $1 AND e.topic = $2 AND e.outcome = 'applied'
         ORDER BY e.row_id DESC LIMIT 1) RETURNING row_id)
     UPDATE inbox i SET status = 'open', code = 'RUN_MISSING' FROM made
     WHERE i.ordering_key = $1 AND i.row_id = made.row_id AND i.status = 'done'`,
    [contentId, ASSET_TOPIC],
  );
}
