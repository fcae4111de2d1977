import type { Note } from '../contracts/model/attention';
import type { Residency } from '../contracts/model/status';
import type { RetryingWork } from '../contracts/model/work';
import type { PendingActivity, RunInspection } from '../platform/temporal/runs';
import { queueOf } from './run';

/** How many workers ask for activities in a task queue. */
export type PollersOf = (queue: string) => Promise<number>;

export const noteOf = (code: string | null): Note | null =>
  code === 'RETRYING_LONG' || code === 'NO_WORKER' ? code : null;

/** Two tries that fail are a moment's trouble, or a worker that was lost. */
const RETRIES_TOLD = 3;
const MOST_SAID = 500;

/** The activity that has failed most often and is tried on; null: none. */
export function retriedIn({ activities }: Pick<RunInspection, 'activities'>): RetryingWork | null {
  const [most] = activities
    .filter(({ attempt, lastFailure }) => attempt >= RETRIES_TOLD && lastFailure !== null)
    .sort((a, b) => b.attempt - a.attempt);
  if (!most) return null;
  const { code, message } = most.lastFailure ?? { code: null, message: '' };
  return toldOf(most, [code, message].filter(Boolean).join(': '));
}

export interface Unserved {
  residency: Residency | null;
  /** In a queue for longer than this is too long, ms. */
  queueWaitMs: number;
  pollersOf: PollersOf;
}

/** The first activity that has waited too long in a queue where no worker asks; null: none. Asks only about such queues. */
export async function unservedIn(
  { activities }: Pick<RunInspection, 'activities'>,
  { residency, queueWaitMs, pollersOf }: Unserved,
  now = Date.now(),
): Promise<RetryingWork | null> {
  for (const activity of activities) {
    const { state, scheduledAt } = activity;
    if (state !== 'waiting' || scheduledAt === null || now - scheduledAt.getTime() <= queueWaitMs) continue;
    const queue = activity.queue ?? queueOf(activity.type, residency);
    if (queue === null || (await pollersOf(queue)) > 0) continue;
    return { ...toldOf(activity, `the task queue ${queue} has no worker`), code: 'NO_WORKER' };
  }
  return null;
}

const toldOf = ({ type, attempt }: PendingActivity, message: string): RetryingWork => ({
  ...{ activity: type as RetryingWork['activity'], attempt, message: message.slice(0, MOST_SAID) },
});

/** Whether the run has to hear of what was seen: of what it does not show yet, and of the end of what it shows. */
export function isToBeTold(
  run: Pick<RunInspection, 'activities' | 'isDeciding'>,
  noted: Note | null,
  work: RetryingWork | null,
  now = Date.now(),
): boolean {
  if (work !== null) return noted !== (work.code ?? 'RETRYING_LONG');
  return noted !== null && isOver(run, now);
}

/**
 * Whether a note may go: all work runs, and none of it has just begun. A stage may begin the same work anew as another
 * activity (publication that takes longer than a moment), and what a lost worker left has failed once, and goes on.
 */
export const isOver = (
  { activities, isDeciding }: Pick<RunInspection, 'activities' | 'isDeciding'>,
  now = Date.now(),
): boolean =>
  !isDeciding &&
  activities.every(
    ({ state, startedAt }) => state === 'running' && startedAt !== null && now - startedAt.getTime() > FRESH_MS,
  );

const FRESH_MS = 30_000;
