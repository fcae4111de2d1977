import type { ErrorCode } from '../../contracts/model/errors';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { CancelCommand, DecideCommand, RetryCommand } from '../messages';
import { patchStage, type LifecycleState } from './state';

/** The stage a retry is about: the one named, else the one that is parked. */
const retryTarget = (state: LifecycleState, command: RetryCommand): Stage | undefined =>
  command.stage ?? STAGES.find((stage) => state.stages[stage].status === 'PARKED');

/** Why a retry cannot be, or null. An edit that was asked for is no failure: only an upload or a decision ends it. */
export function refuseRetry(state: LifecycleState, command: RetryCommand): ErrorCode | null {
  if (state.ended) return 'ALREADY_FINISHED';
  if (state.compensating) return state.compensating.failed === null ? 'NOT_PARKED' : null;
  const stage = retryTarget(state, command);
  if (stage === undefined || state.stages[stage].status !== 'PARKED') return 'NOT_PARKED';
  return state.stages[stage].code === 'EDIT_REQUESTED' ? 'NOT_PARKED' : null;
}

export function applyRetry(state: LifecycleState, command: RetryCommand): LifecycleState {
  if (state.compensating) return { ...state, compensating: { ...state.compensating, failed: null } };
  const stage = retryTarget(state, command);
  if (stage === undefined) return state;
  return patchStage(state, stage, { status: 'PENDING', code: null, message: null, deadlineAt: null, endedAt: null });
}

export function refuseCancel(state: LifecycleState): ErrorCode | null {
  if (state.ended) return 'ALREADY_FINISHED';
  return state.visibility === 'PUBLISHED' || state.visibility === 'AGE_GATED' ? 'PAST_NO_RETURN' : null;
}

export const applyCancel = (
  state: LifecycleState,
  command: Pick<CancelCommand, 'actor' | 'reason'>,
): LifecycleState => ({
  ...state,
  cancelAsked: state.cancelAsked ?? { actor: command.actor, reason: command.reason },
});

export function refuseDecide(state: LifecycleState): ErrorCode | null {
  if (state.ended) return 'ALREADY_FINISHED';
  return state.compensating || state.cancelAsked ? 'ALREADY_FINISHED' : null;
}

export function applyDecide(state: LifecycleState, command: DecideCommand): LifecycleState {
  if (state.decisions.some((decision) => decision.decisionId === command.decisionId)) return state;
  const { decisionId, decision, actor, reason, at } = command;
  return {
    ...state,
    decisions: [...state.decisions, { decisionId, decision, actor, reason, at, by: 'person', recorded: false }],
  };
}
