import { namesAttempt } from '../../../contracts/model/attempt';
import type { ErrorCode } from '../../../contracts/model/errors';
import type { RetryCommand } from '../../messages';
import { failureOf, standingAttempt, type Failure } from '../attempts';
import { patchStage, type LifecycleState } from '../state';
import { correct, refuseCorrection } from './correction';
import { refuseGone, type Verb } from './verb';

/** Goes on with what failed, with its input corrected or as it was. An edit that was asked for is no failure. */
export const retry: Verb<RetryCommand> = {
  refuse(state, command) {
    const undoFailed = state.compensating?.failed ?? null;
    if (undoFailed === null) {
      const gone = refuseGone(state);
      if (gone) return gone;
    }
    if (command.attempt !== undefined && !stands(state, command, command.attempt)) return 'ATTEMPT_STALE';
    if (undoFailed !== null) return command.with ? 'NOT_CORRECTABLE' : null;
    return refuseFailure(state, command);
  },
  apply(state, command, now) {
    if (state.compensating) {
      const tries = (state.compensating.tries ?? 1) + 1;
      return { ...state, compensating: { ...state.compensating, failed: null, tries } };
    }
    const failure = failureOf(state, command);
    if (!failure) return state;
    return beginAgain(command.with ? correct(state, failure.stage, command.with) : state, failure, now);
  },
};

function stands(state: LifecycleState, command: RetryCommand, token: string): boolean {
  const standing = standingAttempt(state, command);
  return standing !== null && namesAttempt(token, standing);
}

function refuseFailure(state: LifecycleState, command: RetryCommand): ErrorCode | null {
  const isPlanned = state.renditions.some((one) => one.label === command.rendition);
  if (command.rendition !== undefined && !isPlanned) return 'NO_SUCH_RENDITION';
  const failure = failureOf(state, command);
  if (!failure || state.stages[failure.stage].code === 'EDIT_REQUESTED') return 'NOT_PARKED';
  if (!command.with) return null;
  return failure.renditions.length > 0 ? 'NOT_CORRECTABLE' : refuseCorrection(state, failure.stage, command.with);
}

/** Where others are still encoded the stage goes on, and takes up the rendition beside them. */
function beginAgain(state: LifecycleState, { stage, renditions }: Failure, now: number): LifecycleState {
  const isAsked = (label: string): boolean => renditions.length === 0 || renditions.includes(label);
  const pending: LifecycleState = {
    ...state,
    renditions: state.renditions.map((one) => {
      if (stage !== 'transcode' || one.status !== 'PARKED') return one;
      if (!isAsked(one.label)) return { ...one, parkedAt: one.parkedAt ?? now };
      return { ...one, status: 'PENDING', code: null, message: null, parkedAt: null };
    }),
  };
  if (state.stages[stage].status !== 'PARKED') return { ...pending, touched: (state.touched ?? 0) + 1 };
  return patchStage(pending, stage, { status: 'PENDING', code: null, message: null, deadlineAt: null, endedAt: null });
}
