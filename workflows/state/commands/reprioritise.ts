import type { ReprioritiseCommand } from '../../messages';
import { refuseGone, type Verb } from './verb';

/** How soon the task queues give this content's work to workers, from the next activity on. */
export const reprioritise: Verb<ReprioritiseCommand> = {
  refuse: (state) => refuseGone(state),
  apply: (state, { priority }) => ({ ...state, priority, touched: (state.touched ?? 0) + 1 }),
};
