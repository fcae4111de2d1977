import { ATTENTION_WHILE_WAITING } from '../../contracts/model/attention';
import { ERRORS, type ErrorCode } from '../../contracts/model/errors';
import type { Held, RenditionView, Snapshot, StageView } from '../../contracts/model/lifecycle';
import { DEFAULT_TASK_PRIORITY, STAGES, type Stage, type Status } from '../../contracts/model/status';
import { standingAttempt } from './attempts';
import { openFlags, standingDecision, verdictOf } from './moderation';
import { retryingStage } from './retrying';
import { currentStage, type LifecycleState } from './state';
import type { LifecycleView } from '../messages';

const parkedStage = (state: LifecycleState): StageView | undefined =>
  STAGES.map((stage) => state.stages[stage]).find((stage) => stage.status === 'PARKED');

/** The stage that holds the content up, else the one it is in. */
const shownStage = (state: LifecycleState): Stage => parkedStage(state)?.stage ?? currentStage(state);

/** True where only a new upload helps: a bad file, or an edit that a reviewer asked for. */
export function awaitsCreator(state: LifecycleState): boolean {
  const code = parkedStage(state)?.code;
  return code !== undefined && code !== null && ERRORS[code].class === 'creator';
}

export function statusOf(state: LifecycleState): Status {
  if (state.ended) return state.ended.status;
  if (state.compensating) return state.compensating.failed === null ? 'COMPENSATING' : 'PARKED';
  if (state.cancelAsked) return 'COMPENSATING';
  if (state.upload === null) return 'STARTING';
  if (awaitsCreator(state)) return 'AWAITING_CREATOR';
  if (parkedStage(state)) return 'PARKED';
  const stages = STAGES.map((stage) => state.stages[stage]);
  if (state.stages.moderate.status === 'WAITING' && isReview(state)) return 'AWAITING_REVIEW';
  const isIdle = state.hold && !stages.some((stage) => stage.status === 'RUNNING');
  return isIdle || stages.some((stage) => stage.status === 'WAITING') ? 'WAITING' : 'RUNNING';
}

/** It failed while others go on, which may take hours: an admin hears of it at once. */
const parkedBesideOthers = (state: LifecycleState): RenditionView | undefined =>
  state.renditions.find((one) => one.status === 'PARKED' && typeof one.parkedAt === 'number');

/** A person has to decide: a flag is open, or a check that is down or a silent service left the question open. */
const isReview = (state: LifecycleState): boolean =>
  verdictOf(state) === 'review' ||
  ['CHECK_FAILED', 'MODERATION_SILENT', 'REVIEW_OPEN', 'REVIEW_OVERDUE'].includes(state.stages.moderate.code ?? '');

function needsAttention(state: LifecycleState): boolean {
  if (state.ended) return false;
  if (state.compensating?.failed) return true;
  const status = statusOf(state);
  if (status === 'PARKED') return true;
  if (status === 'AWAITING_REVIEW' && state.carried) return true; // it was visible when the flag came
  if (parkedBesideOthers(state) || retryingStage(state)) return true;
  return STAGES.some(
    (stage) => state.stages[stage].status === 'WAITING' && ATTENTION_WHILE_WAITING.includes(state.stages[stage].code),
  );
}

function codeOf(state: LifecycleState): ErrorCode | null {
  if (state.ended) return state.ended.code;
  if (state.compensating?.failed) return 'COMPENSATION_FAILED';
  const code = state.stages[shownStage(state)].code ?? parkedBesideOthers(state)?.code ?? retryingStage(state)?.code;
  return code ?? (state.hold ? 'HELD' : null);
}

export function snapshotOf(state: LifecycleState): Snapshot {
  const upload = state.upload;
  return {
    contentId: state.contentId,
    generation: state.generation,
    revision: state.revision,
    stateVersion: state.stateVersion,
    stage: shownStage(state),
    status: statusOf(state),
    visibility: state.visibility,
    attention: needsAttention(state),
    code: codeOf(state),
    since: state.since,
    uploadSessionId: upload?.uploadSessionId ?? '',
    creatorId: upload?.creatorId ?? '',
    residency: upload?.residency ?? 'GLOBAL',
    contentType: upload?.contentType ?? 'VIDEO',
    stages: STAGES.map((stage) => state.stages[stage]),
    renditions: state.renditions,
    manifests: state.manifests,
    held: heldOf(state),
    priority: state.priority ?? DEFAULT_TASK_PRIORITY,
    attempt: standingAttempt(state),
  };
}

/** What has ended, or is being undone, goes on to its end whoever holds it. */
function heldOf({ hold, ended, compensating, cancelAsked }: LifecycleState): Held | null {
  if (!hold || ended || compensating || cancelAsked) return null;
  return { actor: hold.actor, reason: hold.reason, since: hold.since };
}

export function viewOf(state: LifecycleState): LifecycleView {
  const decision = standingDecision(state);
  return {
    ...snapshotOf(state),
    openFlags: openFlags(state),
    decision: decision && {
      decisionId: decision.decisionId,
      decision: decision.decision,
      actor: decision.actor,
      reason: decision.reason,
      at: decision.at,
    },
  };
}

/**
 * What others hear of: a change of any of these is a transition. So is, in the same state, another deadline, priority or
 * rendition (a mark each), and a hold.
 */
export function transitionKey(state: LifecycleState): string {
  const what = [
    state.revision,
    shownStage(state),
    statusOf(state),
    state.visibility,
    needsAttention(state),
    codeOf(state),
  ];
  const touched = (state.extensions?.length ?? 0) + (state.touched ?? 0);
  return JSON.stringify(what) + TOUCHED.repeat(touched) + (heldOf(state) ? HELD : '');
}

const TOUCHED = '+';
const HELD = '|held';

/** Only the marks differ: the state has lasted since before. */
export const isSameState = (key: string, other: string): boolean => stateIn(key) === stateIn(other);

const stateIn = (key: string): string => key.slice(0, key.lastIndexOf(']') + 1);
