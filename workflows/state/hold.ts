import type { StageView } from '../../contracts/model/lifecycle';
import { STAGES } from '../../contracts/model/status';
import { patchStage, type LifecycleState } from './state';

/** A wait for somebody else: its deadline is the run's to keep. Work of ours has its own in Temporal. */
export const waitsForOthers = ({ status, code }: StageView): boolean =>
  (status === 'WAITING' || status === 'PARKED') && code !== 'NO_WORKER';

/** In a hold every deadline stands still, also one that a fact has just set: the time left is kept for the release. */
export function stopDeadlines(state: LifecycleState, now: number): LifecycleState {
  return STAGES.reduce((next, name) => {
    const { code, deadlineAt, ...stage } = next.stages[name];
    if (!next.hold || deadlineAt === null || !waitsForOthers(next.stages[name])) return next;
    const left = { ...next.hold.left, [stage.stage]: { code, ms: Math.max(0, deadlineAt - now) } };
    return patchStage({ ...next, hold: { ...next.hold, left } }, name, { deadlineAt: null });
  }, state);
}

/** Gives back the time that was left, to the waits that are still the same. */
export function resumeDeadlines(state: LifecycleState, now: number): LifecycleState {
  const left = state.hold?.left ?? {};
  return STAGES.reduce<LifecycleState>(
    (next, name) => {
      const kept = left[name];
      const stage = next.stages[name];
      if (!kept || !waitsForOthers(stage) || stage.deadlineAt !== null || stage.code !== kept.code) return next;
      return patchStage(next, name, { deadlineAt: now + kept.ms });
    },
    { ...state, hold: null },
  );
}
