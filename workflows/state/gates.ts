import type { Upload } from '../../contracts/model/lifecycle';
import type { Stage } from '../../contracts/model/status';
import { standingDecision, verdictOf } from './moderation';
import type { LifecycleState } from './state';

/** A state whose upload is known. */
export type StartedState = LifecycleState & { upload: Upload };

const started = (state: LifecycleState): state is StartedState => state.upload !== null;
const done = (state: LifecycleState, stage: Stage): boolean => state.stages[stage].status === 'DONE';

const canVerify = (state: LifecycleState): state is StartedState => started(state);
const canTranscode = (state: LifecycleState): boolean => done(state, 'upload');
export const canModerate = (state: LifecycleState): boolean => done(state, 'transcode');
export const canPackage = (state: LifecycleState): boolean => done(state, 'moderate') && verdictOf(state) === 'cleared';

/**
 * Visible only with everything verified and made, nothing open, and a decision that Postgres knows. A service's package
 * may be announced before its renditions, and before we have looked at the upload. A decision that a generation was begun
 * with is older than its checks: they are waited for.
 */
export const canPublish = (state: LifecycleState): boolean =>
  !state.hold &&
  MADE.every((stage) => done(state, stage)) &&
  (state.taken === undefined || done(state, 'moderate')) &&
  verdictOf(state) === 'cleared' &&
  standingDecision(state)?.recorded === true;

const MADE: readonly Stage[] = ['upload', 'transcode', 'package'];

const GATES: Record<Stage, (state: LifecycleState) => boolean> = {
  upload: canVerify,
  transcode: canTranscode,
  moderate: canModerate,
  package: canPackage,
  publish: canPublish,
};

/** Its gate is open, nobody holds the content, and it was not begun yet. */
export function isOpen(state: LifecycleState, stage: Stage): boolean {
  return !state.hold && state.stages[stage].status === 'PENDING' && GATES[stage](state);
}

/** Who executes the stage in this run; upload and publish are always ours. */
export function isDelegated(state: LifecycleState, stage: Stage): boolean {
  return stage !== 'upload' && stage !== 'publish' && state.policy.executors[stage] === 'service';
}
