import type { HoldCommand, ReleaseCommand } from '../../messages';
import { resumeDeadlines } from '../hold';
import { refuseGone, type Verb } from './verb';

/** Nothing new begins, and deadlines stand still; what runs goes on, and facts are taken in as ever. */
export const hold: Verb<HoldCommand> = {
  refuse: (state) => refuseGone(state) ?? (state.hold ? 'CONTENT_HELD' : null),
  apply: (state, { actor, reason }, now) => ({ ...state, hold: { actor, reason, since: now, left: {} } }),
};

export const release: Verb<ReleaseCommand> = {
  refuse: (state) => refuseGone(state) ?? (state.hold ? null : 'NOT_HELD'),
  apply: (state, _command, now) => resumeDeadlines(state, now),
};
