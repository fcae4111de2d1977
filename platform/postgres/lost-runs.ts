import type { TerminalStatus } from '../../contracts/model/status';
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

/** Facts that a run keeps until their stage begins. */
const KEPT = { transcode: 'media.transcoded', package: 'media.drm.packaged' } as const;

/**
 * What the run was given and never answered, what it kept for a stage that it did not come to, and what waits for it, is
 * routed once more, when the key is woken: not here, since keys are locked before contents everywhere.
 */
export async function handBackUnanswered(
  db: Queryable,
  { contentId, stages }: Pick<ContentRow, 'contentId' | 'stages'>,
): Promise<void> {
  const isDone = (stage: string): boolean => stages.some((one) => one.stage === stage && one.status === 'DONE');
  const kept = Object.entries(KEPT).flatMap(([stage, topic]) => (isDone(stage) ? [] : [topic]));
  await db.query(
    `UPDATE inbox SET status = 'open', code = 'RUN_MISSING'
     WHERE ordering_key = $1 AND status = 'done' AND row_id IN (
       SELECT row_id FROM event_ids
       WHERE content_id = $1 AND (outcome = 'delivered' OR (outcome = 'applied' AND topic = ANY($2))))`,
    [contentId, kept],
  );
}
