import { standingOf } from '../../contracts/model/attention';
import type { ErrorCode } from '../../contracts/model/errors';
import { lockContent, type ContentRow } from './contents';
import type { PoolClient } from './pool';
import { storeMilestone } from './unpublished';

interface Standing {
  attention: boolean;
  code: ErrorCode | null;
}

/**
 * Temporal does not know the run that should be there: an admin must look, and others hear of it, since nobody inside can
 * tell them. Locks the content's row. False: it says so already, or is not in work.
 */
export async function markRunMissing(db: PoolClient, contentId: string): Promise<boolean> {
  const row = await lockContent(db, contentId);
  if (!row || row.phase === 'terminal' || row.phase === 'draft' || row.failureCode === 'RUN_MISSING') return false;
  await change(db, row, { attention: true, code: 'RUN_MISSING' }, 'run-missing');
  return true;
}

/** Many, in the order of their ids: two that mark the same contents do not wait for each other in a circle. */
export async function markRunsMissing(db: PoolClient, contentIds: string[]): Promise<void> {
  for (const contentId of [...contentIds].sort()) await markRunMissing(db, contentId);
}

/** Its run is there again, as after a reset: it stands where its stages say, and others hear that. Needs the row lock. */
export const clearRunMissing = (db: PoolClient, row: ContentRow): Promise<void> =>
  change(db, row, standingOf(row), 'run-found');

async function change(db: PoolClient, row: ContentRow, { attention, code }: Standing, what: string): Promise<void> {
  const { contentId, generation, uploadSessionId, stage, status, visibility } = row;
  await db.query(
    `UPDATE contents SET attention = $2, failure_code = $3, since = now(), updated_at = now() WHERE content_id = $1`,
    [contentId, attention, code],
  );
  const at = Date.now();
  const place = { contentId, generation, uploadSessionId: uploadSessionId ?? '', commanded: true };
  // A run that was lost before it announced anything has not numbered its revision.
  const revision = Math.max(row.revision, 1);
  const payload = {
    ...{ content_id: contentId, generation, revision, stage: stage ?? 'upload', status, visibility },
    ...{ attention, code, cause_event_id: null },
  };
  // The same run may be lost and found again and again: the time makes each a milestone of its own.
  const told = { topic: 'internal.lifecycle.events' as const, milestone: `${what}:${String(at)}`, ordinal: 1, at };
  await storeMilestone(db, place, { ...told, payload });
}
