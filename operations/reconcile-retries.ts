import { workflowIdOf } from '../contracts/model/ids';
import type { RetryingWork } from '../contracts/model/work';
import { longUnderWay, type LongUnderWay } from '../platform/postgres/open-contents';
import { tellRun } from '../platform/temporal/lifecycle-runs';
import { inspectRun, type RunInspection } from '../platform/temporal/runs';
import { retryingSignal } from '../workflows/messages';
import type { OperationsDeps } from './deps';
import type { StartDeps } from './generations/start';
import { mapSome } from './map-some';
import type { Difference } from './reconcile';

type Deps = StartDeps & Pick<OperationsDeps, 'config'>;

/** Two tries that fail are a moment's trouble, or a worker that was lost. */
const RETRIES_TOLD = 3;
const LOOKED_AT = 2_000;
const TEMPORAL_MS = 5_000;
/** Of all looks together: the schedule's activity has two minutes for everything. */
const ALL_MS = 45_000;

/**
 * A run hears of an activity only when that has ended, and most of ours are tried without end while a service is away. So
 * runs that have been in one state for long are looked at from outside, and told what was seen. A run without such work
 * costs a look; nothing is written to its history.
 */
export async function longRetries(deps: Deps, fix: boolean): Promise<Difference[]> {
  const contents = await longUnderWay(deps.pool, { olderMs: deps.config.retryingLongMs, limit: LOOKED_AT });
  const until = Date.now() + ALL_MS;
  // One that cannot be looked at now is looked at another time, and holds up nobody else.
  const found = await mapSome(contents, async (content) =>
    Date.now() > until ? null : lookAt(deps, content, fix).catch(() => null),
  );
  return found.filter((one) => one !== null);
}

async function lookAt({ client }: Deps, { contentId, status, noted }: LongUnderWay, fix: boolean) {
  const workflowId = workflowIdOf(contentId);
  const run = await inspectRun(client, workflowId, TEMPORAL_MS);
  if (run?.status !== 'RUNNING') return null;
  const work = retriedIn(run);
  // The row lags behind where what is tried again is the recording itself.
  const isNoted = noted || run.failureCode === 'RETRYING_LONG';
  const marked = fix && (isNoted ? isOver(run) : work !== null);
  if (marked) await tellRun(client, workflowId, retryingSignal.name, work, TEMPORAL_MS);
  if (work === null) return null;
  return { contentId, kind: 'retrying', status, run: run.status, marked } satisfies Difference;
}

function retriedIn({ activities }: RunInspection): RetryingWork | null {
  const [most] = activities
    .filter(({ attempt, lastFailure }) => attempt >= RETRIES_TOLD && lastFailure !== null)
    .sort((a, b) => b.attempt - a.attempt);
  if (!most) return null;
  const { code, message } = most.lastFailure ?? { code: null, message: '' };
  return {
    activity: most.type as RetryingWork['activity'],
    attempt: most.attempt,
    message: [code, message].filter(Boolean).join(': ').slice(0, MOST_SAID),
  };
}

const MOST_SAID = 500;

/**
 * Whether a note may go: nothing fails, and nothing has just begun. A stage may begin the same work anew as another activity
 * (publication that takes longer than a moment), whose first attempts say nothing yet.
 */
export const isOver = (
  { activities, isDeciding }: Pick<RunInspection, 'activities' | 'isDeciding'>,
  now = Date.now(),
): boolean =>
  !isDeciding &&
  activities.every(({ lastFailure, startedAt, scheduledAt }) => {
    const began = startedAt ?? scheduledAt;
    return lastFailure === null && began !== null && now - began.getTime() > FRESH_MS;
  });

const FRESH_MS = 30_000;
