import { setTimeout as sleep } from 'node:timers/promises';
import { ReelwayError } from '../../contracts/model/errors';
import { workflowIdOf } from '../../contracts/model/ids';
import { LIFECYCLE_QUEUE } from '../../contracts/model/work';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { reopenWaiting } from '../../platform/postgres/inbox';
import type { HalfStart } from '../../platform/postgres/generations';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { markStarted } from '../../platform/postgres/starts';
import type { Temporal } from '../../platform/temporal/client';
import { startRun, type Started } from '../../platform/temporal/lifecycle-runs';
import { LIFECYCLE_WORKFLOW, type LifecycleInput } from '../../workflows/messages';
import { firstStage } from './plan';

export interface StartDeps {
  pool: Pool;
  client: Temporal['client'];
}

const CALL_MS = 5_000;

/** Starts the run of a generation that is written down, and writes that Temporal has it. May be repeated by anybody. */
export async function start({ pool, client }: StartDeps, half: HalfStart): Promise<Started> {
  const { contentId, generation } = half;
  const answer = await startRun(client, startOf(half), CALL_MS);
  if (answer === 'busy') return answer;
  // Keys before contents, as everywhere: facts that came between the two are routed now.
  await inTransaction(pool, async (db) => {
    await wakeKeys(db, [contentId]);
    await markStarted(db, [{ contentId, generation }]);
    await reopenWaiting(db, [contentId]);
  });
  return answer;
}

/** A run closes within one task after its row has. */
const CLOSING_MS = 3_000;
const LOOK_EVERY_MS = 200;

/** As start, and waits for the run before to close. Throws OUTCOME_UNKNOWN where it does not. */
export async function startWithin(deps: StartDeps, half: HalfStart, ms = CLOSING_MS): Promise<void> {
  const until = Date.now() + ms;
  while ((await start(deps, half)) === 'busy') {
    if (Date.now() > until)
      throw new ReelwayError('OUTCOME_UNKNOWN', `The run before of ${half.contentId} is open still.`);
    await sleep(LOOK_EVERY_MS);
  }
}

function startOf({ contentId, generation, input: stored }: HalfStart) {
  const input = stored as LifecycleInput;
  const { taken, policy } = input;
  const stage = taken ? firstStage(taken) : 'upload';
  return {
    ...{ workflowId: workflowIdOf(contentId), workflowType: LIFECYCLE_WORKFLOW, taskQueue: LIFECYCLE_QUEUE },
    ...{ input, generation, stage, status: 'RUNNING' as const },
    deadlineAt: new Date(Date.now() + policy.deadlineMs[stage]),
    creatorId: taken?.upload.creatorId ?? '',
    residency: taken?.upload.residency ?? ('GLOBAL' as const),
    contentType: taken?.upload.contentType ?? ('VIDEO' as const),
    uploadSessionId: taken?.upload.uploadSessionId ?? '',
  };
}
