import type { OpenFlag } from '../../contracts/model/lifecycle';
import type { LifecycleState, StandingDecision } from './state';

/** What flags and decisions amount to, whatever order they came in. */
export type Verdict = 'unknown' | 'review' | 'edit' | 'removed' | 'cleared';

const newest = (decisions: StandingDecision[]): StandingDecision | null =>
  decisions.reduce<StandingDecision | null>(
    (best, next) =>
      best === null || next.at > best.at || (next.at === best.at && next.decisionId > best.decisionId) ? next : best,
    null,
  );

/** The newest decision of a person; where there is none, the clean result of our checks. */
export function standingDecision(state: LifecycleState): StandingDecision | null {
  return newest(state.decisions.filter((decision) => decision.by === 'person')) ?? newest(state.decisions);
}

/** Flags that no person has answered: a decision older than its flag answers nothing, an automatic one never does. */
export function openFlags(state: LifecycleState): OpenFlag[] {
  const answer = newest(state.decisions.filter((decision) => decision.by === 'person'));
  return state.flags.filter((flag) => answer === null || answer.at < flag.at);
}

export function verdictOf(state: LifecycleState): Verdict {
  const decision = standingDecision(state);
  if (decision?.decision === 'REMOVED') return 'removed';
  if (openFlags(state).length > 0) return 'review';
  if (decision === null) return 'unknown';
  return decision.decision === 'EDIT_REQUESTED' ? 'edit' : 'cleared';
}

const ESCALATED_FROM = 0.95;

/** ESCALATED from a confidence of 0.95 on. */
export const priorityOf = (flags: { confidence_score: number }[]): 'STANDARD' | 'ESCALATED' =>
  flags.some((flag) => flag.confidence_score >= ESCALATED_FROM) ? 'ESCALATED' : 'STANDARD';
