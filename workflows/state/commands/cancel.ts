import type { CancelCommand } from '../../messages';
import type { Verb } from './verb';

export const cancel: Verb<CancelCommand> = {
  refuse(state) {
    if (state.ended) return 'ALREADY_FINISHED';
    return state.visibility === 'PUBLISHED' || state.visibility === 'AGE_GATED' ? 'PAST_NO_RETURN' : null;
  },
  apply: (state, { actor, reason }) => ({ ...state, cancelAsked: state.cancelAsked ?? { actor, reason } }),
};
