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

/** Says at the stage that its work is tried for longer than is usual, or no more. Its status stays: the work goes on. */
export function noteRetrying(state: LifecycleState, work: RetryingWork | null): LifecycleState {
  const quiet = withoutNotes(state, () => true);
  if (work === null) return quiet;
  const own = STAGE_OF_WORK[work.activity];
  // What is recorded or told of a stage that has ended holds up the one that would be next.
  const stage = own && isUnderWay(state, own) ? own : currentStage(state);
  if (!isUnderWay(state, stage)) return quiet;
  const message = `${work.activity}, attempt ${String(work.attempt)}: ${work.message}`;
  return patchStage(quiet, stage, { code: 'RETRYING_LONG', message });
}

/** Work that has ended is not tried any more. */
export const forgetRetries = (state: LifecycleState): LifecycleState =>
  withoutNotes(state, (stage) => !isUnderWay(state, stage));

export const retryingStage = (state: LifecycleState): StageView | undefined =>
  STAGES.map((stage) => state.stages[stage]).find(({ code }) => code === 'RETRYING_LONG');

const isUnderWay = (state: LifecycleState, stage: Stage): boolean =>
  state.stages[stage].status === 'RUNNING' || state.stages[stage].status === 'PENDING';

const withoutNotes = (state: LifecycleState, where: (stage: Stage) => boolean): LifecycleState =>
  STAGES.filter((stage) => state.stages[stage].code === 'RETRYING_LONG' && where(stage)).reduce(
    (next, stage) => patchStage(next, stage, { code: null, message: null }),
    state,
  );
