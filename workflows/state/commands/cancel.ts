import type { CancelCommand } from '../../messages';
import type { Verb } from './verb';

export const cancel: Verb<CancelCommand> = {
  refuse(state) {
    if (state.ended) return 'ALREADY_FINISHED';
    const isVisible = state.visibility === 'PUBLISHED' || state.visibility === 'AGE_GATED';
    // What was live before this generation stays so when it is given up.
    const replaces = state.live !== undefined && !state.switched;
    return isVisible && !replaces ? 'PAST_NO_RETURN' : null;
  },
  apply: (state, { actor, reason }) => ({ ...state, cancelAsked: state.cancelAsked ?? { actor, reason } }),
};
