import type { ErrorCode } from '../../../contracts/model/errors';
import type { SkipCommand } from '../../messages';
import { parkedRenditions } from '../attempts';
import { verdictOf } from '../moderation';
import { canDoWithout, patchRendition } from '../renditions';
import { patchStage, type LifecycleState } from '../state';
import { refuseGone, type Verb } from './verb';

/** Goes on without a rendition, or without moderation. Whether the person may was checked where the command came in. */
export const skip: Verb<SkipCommand> = {
  refuse(state, command) {
    const gone = refuseGone(state);
    if (gone) return gone;
    if (command.rendition !== undefined) return refuseRendition(state, command.rendition);
    return command.stage === 'moderate' ? refuseModeration(state) : 'NOT_SKIPPABLE';
  },
  apply: (state, command) =>
    command.rendition === undefined ? skipModeration(state, command) : skipRendition(state, command.rendition),
};

function refuseRendition(state: LifecycleState, label: string): ErrorCode | null {
  const rendition = state.renditions.find((one) => one.label === label);
  if (!rendition) return 'NO_SUCH_RENDITION';
  if (rendition.status === 'DONE' || rendition.status === 'SKIPPED') return 'ALREADY_DONE';
  return canDoWithout(state, label) ? null : 'LAST_RENDITION';
}

/** A flag is answered by a decision alone, and a reviewer's decision is not passed over. */
function refuseModeration(state: LifecycleState): ErrorCode | null {
  switch (verdictOf(state)) {
    case 'unknown':
      return null;
    case 'review':
      return 'FLAG_OPEN';
    case 'cleared':
      return 'ALREADY_DONE';
    case 'edit':
    case 'removed':
      return 'NOT_SKIPPABLE';
  }
}

/** An encoder at work is stopped by the stage; one that waits or failed is just left out. */
function skipRendition(state: LifecycleState, label: string): LifecycleState {
  const skipped = patchRendition(state, label, { status: 'SKIPPED', code: null, message: null, parkedAt: null });
  const touched = { ...skipped, touched: (state.touched ?? 0) + 1 };
  if (state.stages.transcode.status !== 'PARKED') return touched;
  const [next] = parkedRenditions(touched);
  return patchStage(
    touched,
    'transcode',
    next
      ? { code: next.code, message: next.message ?? null }
      : { status: 'PENDING', code: null, message: null, deadlineAt: null, endedAt: null },
  );
}

/** There is no way to visible without a recorded decision: this one names who took it, and answers no flag, as it saw none. */
function skipModeration(state: LifecycleState, command: SkipCommand): LifecycleState {
  const { decisionId, actor, reason, at } = command;
  const decision = { decisionId, decision: 'APPROVED', actor, reason, at, by: 'skip', recorded: false } as const;
  return { ...state, checkedVersion: null, decisions: [...state.decisions, decision] };
}
