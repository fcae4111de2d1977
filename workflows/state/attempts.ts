import { attemptToken, UNDO } from '../../contracts/model/attempt';
import type { RenditionView } from '../../contracts/model/lifecycle';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { LifecycleState } from './state';

/** What went wrong and waits for an answer. */
export interface Failure {
  stage: Stage;
  attempt: number;
  /** Of these renditions alone, beside others that are still encoded; empty: of the whole stage. */
  renditions: string[];
}

export const parkedRenditions = (state: LifecycleState): RenditionView[] =>
  state.renditions.filter((one) => one.status === 'PARKED');

/** The failure that a retry is about: of what it names, else the one that stops the content. */
export function failureOf(
  state: LifecycleState,
  asked: { stage?: Stage; rendition?: string } = {},
): Failure | undefined {
  if (asked.rendition !== undefined) return failureOfRendition(state, asked.rendition);
  const stage = asked.stage ?? STAGES.find((name) => state.stages[name].status === 'PARKED') ?? 'transcode';
  const { status, attempt } = state.stages[stage];
  if (status === 'PARKED') return { stage, attempt, renditions: [] };
  const [first, ...others] = stage === 'transcode' ? parkedRenditions(state) : [];
  if (!first) return undefined;
  return { stage, attempt: attemptOf(first), renditions: [first, ...others].map((one) => one.label) };
}

function failureOfRendition(state: LifecycleState, label: string): Failure | undefined {
  const parked = parkedRenditions(state).find((one) => one.label === label);
  return parked && { stage: 'transcode', attempt: attemptOf(parked), renditions: [label] };
}

/** A rendition of a run from before its attempts were counted. */
const attemptOf = (rendition: RenditionView): number => rendition.attempt ?? 1;

/** The token of the failure that a retry would answer now; null: nothing has failed. */
export function standingAttempt(
  state: LifecycleState,
  asked: { stage?: Stage; rendition?: string } = {},
): string | null {
  if (state.ended) return null;
  if (state.compensating) return state.compensating.failed && attemptToken(state, UNDO, state.compensating.tries ?? 1);
  const failure = failureOf(state, asked);
  return failure ? attemptToken(state, failure.renditions.join('+') || failure.stage, failure.attempt) : null;
}
