import { ERRORS, type ErrorCode } from '../../contracts/model/errors';
import { STAGES, type Stage } from '../../contracts/model/status';
import { canModerate, canPackage, isDelegated, isOpen } from './gates';
import { stopDeadlines, waitsForOthers } from './hold';
import { openFlags, standingDecision, verdictOf } from './moderation';
import { forgetRetries } from './retrying';
import { patchStage, type LifecycleState } from './state';
import { awaitsCreator } from './view';

/**
 * Brings the state to rest after facts, commands and results came in: waits begin or end, the review opens or closes,
 * deadlines that passed take their effect. Pure: the same state and time give the same result.
 */
export function settle(given: LifecycleState, now: number): LifecycleState {
  const state = forgetRetries(given);
  if (state.ended || state.compensating || state.upload === null) return state;
  const settled = settleModeration(expire(openServiceWaits(state, now), now), now);
  return stopDeadlines(openServiceWaits(closeServiceWaits(settled), now), now);
}

/** A flag that re-opens the review stops the clock of the service that would be next. */
function closeServiceWaits(state: LifecycleState): LifecycleState {
  const waits = isDelegated(state, 'package') && state.stages.package.status === 'WAITING';
  return waits && !canPackage(state) ? patchStage(state, 'package', { status: 'PENDING', deadlineAt: null }) : state;
}

/** A stage that a service executes only waits: for its fact, until its deadline. */
function openServiceWaits(state: LifecycleState, now: number): LifecycleState {
  return STAGES.filter((stage) => isDelegated(state, stage) && isOpen(state, stage)).reduce(
    (next, stage) =>
      patchStage(next, stage, {
        status: 'WAITING',
        startedAt: now,
        attempt: next.stages[stage].attempt + 1,
        deadlineAt: now + (stage === 'moderate' ? next.policy.silence.graceMs : next.policy.deadlineMs[stage]),
      }),
    state,
  );
}

function settleModeration(state: LifecycleState, now: number): LifecycleState {
  const stage = state.stages.moderate;
  if (stage.status === 'PENDING' && isSkipped(state) && canModerate(state)) return closeModeration(state, now);
  if (stage.status === 'PENDING' || stage.status === 'RUNNING') {
    return verdictOf(state) === 'removed' ? { ...state, ended: { status: 'REMOVED', code: null } } : state;
  }
  if (stage.status === 'PARKED' && isRefusedMilestone(stage.code) && verdictOf(state) !== 'removed') return state;
  switch (verdictOf(state)) {
    case 'removed':
      return { ...state, visibility: 'REMOVED', ended: { status: 'REMOVED', code: null } };
    case 'edit':
      return stage.code === 'EDIT_REQUESTED' ? state : parkForEdit(state, now);
    case 'review':
      return isReviewOpen(state) ? state : openReview(state, now);
    case 'cleared':
      return stage.status === 'DONE' ? state : closeModeration(state, now);
    case 'unknown':
      return state;
  }
}

/** Before it has begun. A flag that came meanwhile is looked into as ever. */
const isSkipped = (state: LifecycleState): boolean =>
  standingDecision(state)?.by === 'skip' && verdictOf(state) === 'cleared';

/** The flags or the decision could not be told to others: a retry issues them anew, nothing goes on without it. */
const isRefusedMilestone = (code: ErrorCode | null): boolean =>
  code === 'MILESTONE_INVALID' || code === 'MILESTONE_TOO_LARGE' || code === 'MILESTONE_CONFLICT';

const isReviewOpen = (state: LifecycleState): boolean =>
  state.stages.moderate.status === 'WAITING' &&
  (state.stages.moderate.code === 'REVIEW_OPEN' || state.stages.moderate.code === 'REVIEW_OVERDUE');

const parkForEdit = (state: LifecycleState, now: number): LifecycleState =>
  patchStage(state, 'moderate', {
    status: 'PARKED',
    code: 'EDIT_REQUESTED',
    message: standingDecision(state)?.reason ?? null,
    deadlineAt: now + state.policy.newUploadMs,
  });

function openReview(state: LifecycleState, now: number): LifecycleState {
  const flags = openFlags(state);
  const priority = flags.some((flag) => flag.priority === 'ESCALATED') ? 'ESCALATED' : 'STANDARD';
  const kinds = [...new Set(flags.flatMap((flag) => flag.flags.map((one) => one.check_type)))].sort();
  return patchStage(state, 'moderate', {
    status: 'WAITING',
    code: 'REVIEW_OPEN',
    message: `${priority}: ${kinds.join(', ')}`,
    startedAt: state.stages.moderate.startedAt ?? now,
    endedAt: null,
    deadlineAt: now + state.policy.reviewMs[priority],
  });
}

const closeModeration = (state: LifecycleState, now: number): LifecycleState =>
  patchStage(state, 'moderate', { status: 'DONE', endedAt: now, deadlineAt: null, code: null, message: null });

/** When the next wait runs out; null where nothing is waited for with a deadline. Work of ours has its deadline in Temporal. */
export function nextDeadline(state: LifecycleState): number | null {
  const due = STAGES.map((stage) => state.stages[stage])
    .filter(waitsForOthers)
    .flatMap((stage) => (stage.deadlineAt === null ? [] : [stage.deadlineAt]));
  return due.length === 0 ? null : Math.min(...due);
}

function expire(state: LifecycleState, now: number): LifecycleState {
  const late = STAGES.find((name) => {
    const stage = state.stages[name];
    return waitsForOthers(stage) && stage.deadlineAt !== null && stage.deadlineAt <= now;
  });
  return late === undefined ? state : expireStage(state, late, now);
}

function expireStage(state: LifecycleState, stage: Stage, now: number): LifecycleState {
  if (awaitsCreator(state)) return { ...state, compensating: { for: 'FAILED', code: 'EDIT_EXPIRED', failed: null } };
  if (stage !== 'moderate') return park(state, stage, { code: 'SERVICE_SILENT', message: null }, now);
  if (state.stages.moderate.code !== null) {
    return patchStage(state, stage, { code: 'REVIEW_OVERDUE', deadlineAt: null });
  }
  return state.policy.silence.then === 'clear' ? clearBySilence(state, now) : reviewBySilence(state, now);
}

const reviewBySilence = (state: LifecycleState, now: number): LifecycleState =>
  patchStage(state, 'moderate', { code: 'MODERATION_SILENT', deadlineAt: now + state.policy.reviewMs.STANDARD });

/** The id is our own word for this generation and revision: it needs no hash and cannot meet a reviewer's. */
const clearBySilence = (state: LifecycleState, now: number): LifecycleState =>
  addAutoDecision(patchStage(state, 'moderate', { deadlineAt: null }), 'the moderation service raised nothing', now);

export function addAutoDecision(state: LifecycleState, reason: string, now: number, recorded = false): LifecycleState {
  const decision = {
    decisionId: autoDecisionId(state),
    decision: 'APPROVED' as const,
    actor: 'auto',
    reason,
    at: now,
    by: 'auto' as const,
    recorded,
  };
  return { ...state, decisions: [...state.decisions, decision] };
}

/** The record changed after our checks had read it: they run again, and what they found before no longer counts. */
export function recheck(state: LifecycleState): LifecycleState {
  const pending = { status: 'PENDING', endedAt: null, deadlineAt: null } as const;
  const reopened = patchStage(patchStage(state, 'moderate', pending), 'publish', pending);
  return { ...reopened, checkedVersion: null, decisions: state.decisions.filter((one) => one.by === 'person') };
}

export const autoDecisionId = (state: LifecycleState): string =>
  `auto:${state.contentId}:g${String(state.generation)}:r${String(state.revision)}:a${String(state.stages.moderate.attempt)}`;

/** The stage stops here and says why; a file that is bad waits for its creator's new upload, within a time. */
export function park(
  state: LifecycleState,
  stage: Stage,
  failure: { code: ErrorCode; message: string | null },
  now: number,
): LifecycleState {
  const forCreator = ERRORS[failure.code].class === 'creator';
  return patchStage(state, stage, {
    status: 'PARKED',
    code: failure.code,
    message: failure.message,
    deadlineAt: forCreator ? now + state.policy.newUploadMs : null,
  });
}
