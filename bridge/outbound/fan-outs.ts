import { fanOutIdOf } from '../../contracts/model/ids';
import { LIFECYCLE_QUEUE } from '../../contracts/model/work';
import { messageOf, toReelwayError } from '../../platform/errors';
import type { Logger } from '../../platform/log';
import { fanOutsToStart, markFanOutStarted } from '../../platform/postgres/fanouts';
import type { Pool } from '../../platform/postgres/pool';
import type { Temporal } from '../../platform/temporal/client';
import { startFanOutRun } from '../../platform/temporal/lifecycle-runs';
import { FAN_OUT_WORKFLOW } from '../../workflows/messages';
import { startRounds, type Rounds } from '../rounds';

export interface FanOutDeps {
  pool: Pool;
  client: Temporal['client'];
  log: Logger;
}

const EVERY_MS = 1_000;
/** Each holds a slot for short activities for as long as it tells: announcements need the others. */
const MOST_AT_ONCE = 8;
/** One that told no page for so long is started again: where its run is open nothing happens, where it is lost it goes on. */
const AGAIN_AFTER_MS = 60_000;
const CALL_DEADLINE_MS = 8_000;

/** Starts a run for each new content that subscribers are to be told of; what Postgres plans outlives Temporal. */
export function startFanOuts(deps: FanOutDeps): Rounds {
  const round = async (): Promise<void> => {
    try {
      await startDue(deps);
    } catch (error) {
      deps.log.warn(
        { err: messageOf(error) },
        'subscribers could not be told of new content; the next round tries again',
      );
    }
  };
  return startRounds(round, EVERY_MS);
}

/**
 * Resolves with how many it started. The row, not Temporal, says whether one is over: a run that finds it so ends at once,
 * so a start that was repeated tells nobody twice.
 */
export async function startDue({ pool, client, log }: FanOutDeps, againAfterMs = AGAIN_AFTER_MS): Promise<number> {
  let started = 0;
  for (const of of await fanOutsToStart(pool, { againAfterMs, atOnce: MOST_AT_ONCE })) {
    const run = {
      ...of,
      workflowId: fanOutIdOf(of.contentId),
      workflowType: FAN_OUT_WORKFLOW,
      taskQueue: LIFECYCLE_QUEUE,
    };
    const outcome = await startFanOutRun(client, run, CALL_DEADLINE_MS).catch((error: unknown) => {
      const known = toReelwayError(error);
      // One that is away is away for all; anything else is the trouble of this content, which comes again later.
      if (known.code === 'SERVICE_UNREACHABLE') throw known;
      log.error({ contentId: of.contentId, err: known }, 'a fan-out could not be started');
      return 'failed' as const;
    });
    await markFanOutStarted(pool, of.contentId);
    if (outcome === 'started') started += 1;
    log.debug({ contentId: of.contentId, outcome }, 'fan-out');
  }
  return started;
}
