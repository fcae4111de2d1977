import type { ErrorCode } from '../../contracts/model/errors';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { CancelCommand, DecideCommand, ExtendCommand, RetryCommand } from '../messages';
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
  const isVisible = state.visibility === 'PUBLISHED' || state.visibility === 'AGE_GATED';
  // What was live before this generation stays so when it is given up.
  const replaces = state.live !== undefined && !state.switched;
  return isVisible && !replaces ? 'PAST_NO_RETURN' : null;
}

export const applyCancel = (
  state: LifecycleState,
  command: Pick<CancelCommand, 'actor' | 'reason'>,
): LifecycleState => ({
  ...state,
  cancelAsked: state.cancelAsked ?? { actor: command.actor, reason: command.reason },
});

/** A wait for somebody else; a review that is overdue waits on, without a deadline. Work of ours has its own in Temporal. */
function hasDeadline(state: LifecycleState, stage: Stage): boolean {
  const { status, code, deadlineAt } = state.stages[stage];
  if (code === 'NO_WORKER') return false;
  return (status === 'WAITING' || status === 'PARKED') && (deadlineAt !== null || code === 'REVIEW_OVERDUE');
}

/** The stage an extension is about: the one named, else the one whose deadline comes first; one that has passed is first. */
function extendTarget(state: LifecycleState, command: ExtendCommand): Stage | undefined {
  const waiting = STAGES.filter((stage) => hasDeadline(state, stage));
  if (command.stage !== undefined) return waiting.find((stage) => stage === command.stage);
  return waiting.sort((left, right) => (state.stages[left].deadlineAt ?? 0) - (state.stages[right].deadlineAt ?? 0))[0];
}

export function refuseExtend(state: LifecycleState, command: ExtendCommand): ErrorCode | null {
  if (state.ended) return 'ALREADY_FINISHED';
  const isLeaving = state.compensating !== null || state.cancelAsked !== null;
  return isLeaving || extendTarget(state, command) === undefined ? 'NOT_WAITING' : null;
}

export function applyExtend(state: LifecycleState, command: ExtendCommand, now: number): LifecycleState {
  const stage = extendTarget(state, command);
  const before = state.extensions ?? [];
  // The server forgets the ids of updates when a run continues as new.
  if (stage === undefined || before.includes(command.commandId)) return state;
  const { code, deadlineAt } = state.stages[stage];
  const extended = patchStage(state, stage, {
    code: code === 'REVIEW_OVERDUE' ? 'REVIEW_OPEN' : code,
    deadlineAt: Math.max(deadlineAt ?? 0, now) + command.byMs,
  });
  return { ...extended, extensions: [...before, command.commandId] };
}

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
