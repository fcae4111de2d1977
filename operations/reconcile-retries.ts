import { workflowIdOf } from '../contracts/model/ids';
import { longUnderWay, type LongUnderWay } from '../platform/postgres/open-contents';
import { tellRun } from '../platform/temporal/lifecycle-runs';
import { describeQueue, inspectRun } from '../platform/temporal/runs';
import { retryingSignal } from '../workflows/messages';
import type { OperationsDeps } from './deps';
import type { StartDeps } from './generations/start';
import { mapSome } from './map-some';
import type { Difference } from './reconcile';
import { isToBeTold, noteOf, retriedIn, unservedIn, type PollersOf } from './trouble';

type Deps = StartDeps & Pick<OperationsDeps, 'config'>;

const LOOKED_AT = 2_000;
const TEMPORAL_MS = 5_000;
/** Of all looks together: the schedule's activity has two minutes for everything. */
const ALL_MS = 45_000;

/**
 * A run hears of an activity only when that has ended, and most of ours are tried without end while a service is away, or
 * wait in their queue for hours where nobody asks there. So runs that have been in one state for long are looked at from
 * outside, and told what was seen. A run without such work costs a look; nothing is written to its history.
 */
export async function longRetries(deps: Deps, fix: boolean): Promise<Difference[]> {
  const { retryingLongMs, policy } = deps.config;
  const { queueWaitMs } = policy;
  const contents = await longUnderWay(deps.pool, { retryingLongMs, queueWaitMs, limit: LOOKED_AT });
  const until = Date.now() + ALL_MS;
  const pollersOf = askedOnce(deps);
  // One that cannot be looked at now is looked at another time, and holds up nobody else.
  const found = await mapSome(contents, async (content) =>
    Date.now() > until ? null : lookAt(deps, content, { fix, pollersOf }).catch(() => null),
  );
  return found.filter((one) => one !== null);
}

/** Many contents wait in the same queue. */
function askedOnce({ client }: Deps): PollersOf {
  const asked = new Map<string, Promise<number>>();
  return (queue) => {
    const known =
      asked.get(queue) ?? describeQueue(client, queue, 'activity', TEMPORAL_MS).then(({ pollers }) => pollers);
    asked.set(queue, known);
    return known;
  };
}

async function lookAt(
  { client, config }: Deps,
  { contentId, status, residency, noted, isLong }: LongUnderWay,
  { fix, pollersOf }: { fix: boolean; pollersOf: PollersOf },
): Promise<Difference | null> {
  const workflowId = workflowIdOf(contentId);
  const run = await inspectRun(client, workflowId, TEMPORAL_MS);
  if (run?.status !== 'RUNNING') return null;
  const unserved = await unservedIn(run, { residency, queueWaitMs: config.policy.queueWaitMs, pollersOf });
  const work = unserved ?? (isLong ? retriedIn(run) : null);
  // The row lags behind where what is tried again is the recording itself.
  const marked = fix && isToBeTold(run, noted ?? noteOf(run.failureCode), work);
  if (marked) await tellRun(client, workflowId, retryingSignal.name, work, TEMPORAL_MS);
  if (work === null) return null;
  return { contentId, kind: unserved ? 'unserved' : 'retrying', status, run: run.status, marked };
}
