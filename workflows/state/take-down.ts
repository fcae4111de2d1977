import type { Visibility } from '../../contracts/model/status';
import type { LifecycleState } from './state';

/** It was taken down; whatever the run was about to do, it ends so. One that unwinds already goes on with that. */
export function takeDown(state: LifecycleState): LifecycleState {
  if (state.compensating ?? state.cancelAsked) {
    return state.live ? { ...state, live: { ...state.live, visibility: 'REMOVED' } } : state;
  }
  if (state.ended && state.ended.status !== 'PUBLISHED') return state;
  // What was live when the run began is what a restore brings back.
  const manifests = state.live && !state.switched ? state.live.manifests : state.manifests;
  return { ...state, manifests, visibility: 'REMOVED', ended: { status: 'REMOVED', code: null } };
}

/**
 * Takes in what Postgres says of who sees the content. Only what others write beside the run: a takedown, and the hiding of
 * what was live when the run began; an answer may be older than a switch of the run's own.
 */
export function adopt(state: LifecycleState, visibility: Visibility): LifecycleState {
  const isKnown = state.visibility === visibility || state.live?.visibility === visibility;
  if (isKnown) return state;
  if (visibility === 'REMOVED') return takeDown(state);
  if (visibility !== 'HIDDEN' || state.live === undefined || state.switched || state.ended) return state;
  return { ...state, visibility, live: { ...state.live, visibility } };
}

/** What the content is once everything that this generation did is undone. */
export function undone(state: LifecycleState): LifecycleState {
  const { compensating, live } = state;
  if (compensating === null) return state;
  const { for: status, code } = compensating;
  if (live === undefined) {
    return { ...state, compensating: null, visibility: 'HIDDEN', ended: { status, code } };
  }
  const ended = { status: live.visibility === 'REMOVED' ? ('REMOVED' as const) : ('PUBLISHED' as const), code };
  return { ...state, compensating: null, visibility: live.visibility, manifests: live.manifests, ended };
}
