import { workflowIdOf } from '../../contracts/model/ids';
import type { TerminalStatus } from '../../contracts/model/status';
import { readContent, type ContentRow } from '../../platform/postgres/contents';
import { closeLost, handBackUnanswered } from '../../platform/postgres/lost-runs';
import type { PoolClient } from '../../platform/postgres/pool';
import { storeMilestone } from '../../platform/postgres/unpublished';
import { inspectRun } from '../../platform/temporal/runs';
import type { StartDeps } from './start';

const LOOK_MS = 5_000;

/**
 * The generation that the row says is open and Temporal has no open run of: it was ended or deleted outside. Null: all is
 * as it should be. A run closes after its row, so the row is read first.
 */
export async function lostGeneration({ pool, client }: StartDeps, contentId: string): Promise<number | null> {
  const row = await readContent(pool, contentId);
  if (row?.phase !== 'open') return null;
  const run = await inspectRun(client, workflowIdOf(contentId), LOOK_MS);
  return run?.status === 'RUNNING' ? null : row.generation;
}

export const isStillLost = (row: ContentRow, lost: number | null): boolean =>
  row.phase === 'open' && row.generation === lost;

/** What becomes of it where nothing else is said: what viewers see, or must not see, stays so. */
function endOfLost({ removedAt, visibility }: ContentRow): TerminalStatus {
  if (removedAt !== null) return 'REMOVED';
  return visibility === 'PUBLISHED' || visibility === 'AGE_GATED' ? 'PUBLISHED' : 'CANCELLED';
}

/**
 * Ends what has lost its run, and tells of it; then its key is to be woken. `by` names the transition. Needs the lock of
 * the content's row.
 */
export async function endLost(db: PoolClient, row: ContentRow, by: string): Promise<void> {
  const { contentId, generation, revision, stage, uploadSessionId, visibility } = row;
  const status = endOfLost(row);
  await closeLost(db, row, status);
  // Late from here on.
  await handBackUnanswered(db, contentId);
  const place = { contentId, generation, uploadSessionId: uploadSessionId ?? '', commanded: true };
  const payload = {
    ...{ content_id: contentId, generation, revision, stage: stage ?? 'upload', status, visibility },
    ...{ attention: false, code: null, cause_event_id: null },
  };
  const told = { topic: 'internal.lifecycle.events' as const, milestone: `lost:${by}`, ordinal: 1, at: Date.now() };
  await storeMilestone(db, place, { ...told, payload });
}
