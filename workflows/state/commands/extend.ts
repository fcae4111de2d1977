import { STAGES, type Stage } from '../../../contracts/model/status';
import type { ExtendCommand } from '../../messages';
import { waitsForOthers } from '../hold';
import { patchStage, type LifecycleState } from '../state';
import { refuseGone, type Verb } from './verb';

/** Gives whoever the content waits for more time. */
export const extend: Verb<ExtendCommand> = {
  refuse(state, command) {
    if (state.ended) return 'ALREADY_FINISHED';
    if (refuseGone(state)) return 'NOT_WAITING';
    if (state.hold) return 'CONTENT_HELD';
    return targetOf(state, command) === undefined ? 'NOT_WAITING' : null;
  },
  apply(state, command, now) {
    const stage = targetOf(state, command);
    if (stage === undefined) return state;
    const { code, deadlineAt } = state.stages[stage];
    const extended = patchStage(state, stage, {
      code: code === 'REVIEW_OVERDUE' ? 'REVIEW_OPEN' : code,
      deadlineAt: Math.max(deadlineAt ?? 0, now) + command.byMs,
    });
    return { ...extended, touched: (state.touched ?? 0) + 1 };
  },
};

/** The stage it is about: the one named, else the one whose deadline comes first; one that has passed is first. */
function targetOf(state: LifecycleState, command: ExtendCommand): Stage | undefined {
  const waiting = STAGES.filter((stage) => hasDeadline(state, stage));
  if (command.stage !== undefined) return waiting.find((stage) => stage === command.stage);
  return waiting.sort((left, right) => (state.stages[left].deadlineAt ?? 0) - (state.stages[right].deadlineAt ?? 0))[0];
}

/** A wait for somebody else; a review that is overdue waits on, without a deadline. */
function hasDeadline(state: LifecycleState, name: Stage): boolean {
  const stage = state.stages[name];
  return waitsForOthers(stage) && (stage.deadlineAt !== null || stage.code === 'REVIEW_OVERDUE');
}
