import { finishHalfStarts, tellTakenDown } from '../../operations/generations/half-done';
import type { StartDeps } from '../../operations/generations/start';
import { messageOf } from '../../platform/errors';
import type { Logger } from '../../platform/log';
import { startRounds, type Rounds } from '../rounds';

const EVERY_MS = 5_000;
/** A run that is told ends within a task; one that no worker serves must not be told for ever. */
const TELL_AGAIN_MS = 10 * 60_000;

/** Finishes what commands on finished content left half done: starts that were not sent, runs that were not told. */
export function startFinisher(deps: StartDeps & { log: Logger }): Rounds {
  const { log } = deps;
  const toldAt = new Map<string, number>();
  const isTold = (contentId: string): boolean => Date.now() - (toldAt.get(contentId) ?? 0) < TELL_AGAIN_MS;

  const round = async (): Promise<void> => {
    try {
      const started = await finishHalfStarts(deps);
      if (started.length > 0) log.warn({ started }, 'started what commands had written down and not started');
      for (const contentId of await tellTakenDown(deps, isTold)) toldAt.set(contentId, Date.now());
      for (const [contentId, at] of toldAt) if (Date.now() - at > TELL_AGAIN_MS) toldAt.delete(contentId);
    } catch (error) {
      log.warn(
        { err: messageOf(error) },
        'what commands left half done could not be finished; the next round tries again',
      );
    }
  };
  return startRounds(round, EVERY_MS);
}
