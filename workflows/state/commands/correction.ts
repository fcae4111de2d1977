import type { ErrorCode } from '../../../contracts/model/errors';
import { DELEGABLE_STAGES, type DelegableStage, type Executor, type Stage } from '../../../contracts/model/status';
import type { Correction } from '../../messages';
import { isNeeded } from '../renditions';
import { patchStage, type LifecycleState } from '../state';

const isDelegable = (stage: Stage): stage is DelegableStage => (DELEGABLE_STAGES as readonly Stage[]).includes(stage);

/** Why a parked stage cannot go on with this input, or null. What Postgres must be asked was asked before. */
export function refuseCorrection(state: LifecycleState, stage: Stage, correction: Correction): ErrorCode | null {
  const { rawKey, ladder, executor } = correction;
  if (rawKey !== undefined && stage !== 'upload' && stage !== 'transcode') return 'NOT_CORRECTABLE';
  if (ladder !== undefined) {
    if (stage !== 'transcode' || rawKey !== undefined || executor !== undefined) return 'NOT_CORRECTABLE';
    const refused = refuseLadder(state, ladder);
    if (refused) return refused;
  }
  return executor === undefined || canExecute(state, stage, executor) ? null : 'NOT_CORRECTABLE';
}

function refuseLadder(state: LifecycleState, ladder: string[]): ErrorCode | null {
  const plan = state.source?.ladder ?? [];
  if (plan.length === 0) return 'NOT_CORRECTABLE';
  if (ladder.some((label) => !plan.some((rung) => rung.label === label))) return 'NO_SUCH_RENDITION';
  return ladder.some((label) => isNeeded(state, label)) ? null : 'LAST_RENDITION';
}

/** We package only what we have encoded, so both stages change hands together or not at all. */
function canExecute(state: LifecycleState, stage: Stage, executor: Executor): boolean {
  if (!isDelegable(stage)) return false;
  if (stage === 'transcode' && executor === 'service') return state.policy.executors.package === 'service';
  return stage !== 'package' || executor === 'service' || state.encoded.length > 0;
}

/** The state with the corrected input; stages whose result it puts in doubt are pending again. */
export function correct(state: LifecycleState, stage: Stage, { rawKey, ladder, executor }: Correction): LifecycleState {
  let next = state;
  if (rawKey !== undefined) next = withRawKey(next, rawKey);
  if (ladder !== undefined) next = withLadder(next, ladder);
  if (executor !== undefined && isDelegable(stage)) next = withExecutor(next, stage, executor);
  return next;
}

/** Another object is another source: it is verified, planned and encoded anew. */
function withRawKey(state: LifecycleState, rawKey: string): LifecycleState {
  if (state.upload === null) return state;
  return verifyAgain({ ...state, upload: { ...state.upload, rawKey }, encoded: [] });
}

const verifyAgain = (state: LifecycleState): LifecycleState =>
  patchStage({ ...state, source: null }, 'upload', {
    ...{ status: 'PENDING', code: null, message: null, deadlineAt: null, endedAt: null },
  });

function withLadder(state: LifecycleState, ladder: string[]): LifecycleState {
  return {
    ...state,
    encoded: state.encoded.filter(({ rung }) => ladder.includes(rung.label)),
    renditions: state.renditions.map((one) => {
      if (!ladder.includes(one.label)) return { ...one, status: 'SKIPPED', code: null, message: null, parkedAt: null };
      return one.status === 'SKIPPED' ? { ...one, status: 'PENDING' } : one;
    }),
  };
}

/** What the service had said was ignored while we did the work: the same payload is a new fact now. */
function withExecutor(state: LifecycleState, stage: DelegableStage, executor: Executor): LifecycleState {
  const executors = { ...state.policy.executors, [stage]: executor };
  const next = {
    ...state,
    policy: { ...state.policy, executors },
    seenKeys: state.seenKeys.filter((key) => !FACTS_OF[stage].some((kind) => key.startsWith(kind))),
  };
  if (stage !== 'transcode') return next;
  if (executor === 'service') return { ...next, renditions: [], encoded: [] };
  // Where a service was to transcode, nobody has looked at the source to plan renditions.
  return (state.source?.ladder.length ?? 0) > 0 ? next : verifyAgain(next);
}

/** Flags and decisions are taken in whoever executes moderation. */
const FACTS_OF: Record<DelegableStage, string[]> = {
  transcode: ['transcoded:', 'asset:'],
  moderate: [],
  package: ['packaged:', 'asset:'],
};
