import { workflowIdOf } from '../../contracts/model/ids';
import { lockContent } from '../../platform/postgres/contents';
import { halfStarts, takenDownOpen } from '../../platform/postgres/generations';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { inTransaction } from '../../platform/postgres/pool';
import { tellRun } from '../../platform/temporal/lifecycle-runs';
import { takedownSignal, type Command } from '../../workflows/messages';
import { endLost, isStillLost, lostGeneration } from './lost';
import { start, type StartDeps } from './start';

/** A command finishes its own start within this time, or it never will. */
export const LEFT_AFTER_MS = 15_000;
const AT_ONCE = 100;
const CALL_MS = 5_000;

/** Starts what commands have written down and not started; returns the contents. Throws where a server is away. */
export async function finishHalfStarts(deps: StartDeps, leftAfterMs = LEFT_AFTER_MS): Promise<string[]> {
  const finished: string[] = [];
  for (const half of await halfStarts(deps.pool, leftAfterMs, AT_ONCE)) {
    if ((await start(deps, half)) === 'started') finished.push(half.contentId);
  }
  return finished;
}

const TOLD_BY: Command = { commandId: 'takedown', actor: 'bridge', reason: 'it was taken down' };

/**
 * Open runs of content that was taken down, told so; returns the contents. Where there is no such run the content is
 * REMOVED. Throws where a server is away.
 */
export async function tellTakenDown(deps: StartDeps, isTold: (contentId: string) => boolean): Promise<string[]> {
  const told: string[] = [];
  for (let after = ''; ;) {
    const page = await takenDownOpen(deps.pool, after, AT_ONCE);
    for (const contentId of page.filter((id) => !isTold(id))) {
      const delivery = await tellRun(deps.client, workflowIdOf(contentId), takedownSignal.name, TOLD_BY, CALL_MS);
      if (delivery === 'accepted') told.push(contentId);
      else await endTakenDown(deps, contentId);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < AT_ONCE) return told;
    after = last;
  }
}

/** Taken down and without a run: there is nothing to wait for. False: it has one after all. */
export async function endTakenDown(deps: StartDeps, contentId: string): Promise<boolean> {
  const lost = await lostGeneration(deps, contentId);
  const isEnded = await inTransaction(deps.pool, async (db) => {
    const row = await lockContent(db, contentId);
    if (!row || row.removedAt === null || !isStillLost(row, lost)) return false;
    await endLost(db, row, `removed:${String(row.generation)}`);
    return true;
  });
  if (isEnded) await wakeKeys(deps.pool, [contentId]);
  return isEnded;
}
