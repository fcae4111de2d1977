import type { RenditionView } from '../../contracts/model/lifecycle';
import type { LifecycleState } from './state';

/** Content needs one rendition of its own kind: VIDEO a picture, AUDIO sound. */
export function isNeeded(state: LifecycleState, label: string): boolean {
  const kind = state.upload?.contentType === 'AUDIO' ? 'audio' : 'video';
  return state.source?.ladder.some((rung) => rung.label === label && rung.kind === kind) ?? false;
}

/** Whether anything is left to show or to hear without this rendition. */
export const canDoWithout = (state: LifecycleState, label: string): boolean =>
  state.renditions.some((one) => one.label !== label && one.status !== 'SKIPPED' && isNeeded(state, one.label));

export const patchRendition = (
  state: LifecycleState,
  label: string,
  patch: Partial<RenditionView>,
): LifecycleState => ({
  ...state,
  renditions: state.renditions.map((one) => (one.label === label ? { ...one, ...patch } : one)),
});
