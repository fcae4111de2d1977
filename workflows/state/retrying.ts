import { NOTED_WHILE_UNDER_WAY } from '../../contracts/model/attention';
import type { StageView } from '../../contracts/model/lifecycle';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { RetryingWork } from '../../contracts/model/work';
import { currentStage, patchStage, type LifecycleState } from './state';

const STAGE_OF_WORK: Partial<Record<RetryingWork['activity'], Stage>> = {
  verifyUpload: 'upload',
  transcodeRendition: 'transcode',
  runCheck: 'moderate',
  recordVerdict: 'moderate',
  packageContent: 'package',
  publishContent: 'publish',
};

/**
 * Says at the stage that its work is tried for longer than is usual, or that no worker takes it, or neither any more. Its
 * status stays: the work goes on.
 */
export function noteRetrying(state: LifecycleState, work: RetryingWork | null): LifecycleState {
  const quiet = withoutNotes(state, (stage) => isUnderWay(stage) || hasEnded(stage));
  if (work === null) return quiet;
  const own = STAGE_OF_WORK[work.activity];
  // What is recorded or told of a stage that has ended holds up the one that would be next.
  const stage = own && isUnderWay(state.stages[own]) ? own : currentStage(state);
  if (!isUnderWay(state.stages[stage])) return quiet;
  const message = `${work.activity}, attempt ${String(work.attempt)}: ${work.message}`;
  return patchStage(quiet, stage, { code: work.code ?? 'RETRYING_LONG', message });
}

/** Work that has ended is not tried any more, and waits for nobody. */
export const forgetRetries = (state: LifecycleState): LifecycleState => withoutNotes(state, hasEnded);

export const retryingStage = (state: LifecycleState): StageView | undefined =>
  STAGES.map((stage) => state.stages[stage]).find((stage) => isNoted(stage) && !waitsForWorker(stage));

/** The stage's own call found no worker: it waits, says so itself, and does not hear when a worker comes. */
export const waitsForWorker = ({ status, code }: StageView): boolean => status === 'WAITING' && code === 'NO_WORKER';

/** What waited for a worker has one. */
export const withWorker = (state: LifecycleState): LifecycleState =>
  STAGES.filter((stage) => waitsForWorker(state.stages[stage])).reduce(
    (next, stage) => patchStage(next, stage, { status: 'RUNNING', code: null, message: null }),
    state,
  );

const isNoted = ({ code }: StageView): boolean => NOTED_WHILE_UNDER_WAY.includes(code);

const isUnderWay = ({ status }: StageView): boolean => status === 'RUNNING' || status === 'PENDING';

/** Parked by NO_WORKER, or waiting with it, is the stage's own word. */
const hasEnded = (stage: StageView): boolean =>
  !isUnderWay(stage) && (stage.code === 'RETRYING_LONG' || (stage.status !== 'WAITING' && stage.status !== 'PARKED'));

const withoutNotes = (state: LifecycleState, where: (stage: StageView) => boolean): LifecycleState =>
  STAGES.filter((stage) => isNoted(state.stages[stage]) && where(state.stages[stage])).reduce(
    (next, stage) => patchStage(next, stage, { code: null, message: null }),
    state,
  );
