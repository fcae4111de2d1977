import { workflowIdOf } from '../../contracts/model/ids';
import { halfStarts, takenDownOpen } from '../../platform/postgres/generations';
import { tellRun } from '../../platform/temporal/lifecycle-runs';
import { takedownSignal, type Command } from '../../workflows/messages';
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

/** Open runs of content that was taken down, told so; returns the contents. Throws where a server is away. */
export async function tellTakenDown(deps: StartDeps, isTold: (contentId: string) => boolean): Promise<string[]> {
  const told: string[] = [];
  for (const contentId of await takenDownOpen(deps.pool, AT_ONCE)) {
    if (isTold(contentId)) continue;
    await tellRun(deps.client, workflowIdOf(contentId), takedownSignal.name, TOLD_BY, CALL_MS);
    told.push(contentId);
  }
  return told;
}
