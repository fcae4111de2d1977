import type { ErrorCode } from '../../../contracts/model/errors';
import type { OpenFlag } from '../../../contracts/model/lifecycle';
import type { DecideCommand } from '../../messages';
import { openFlags, standingDecision } from '../moderation';
import type { LifecycleState } from '../state';
import { refuseGone, type Verb } from './verb';

/** What a reviewer decided, about the newest flag that is open. */
export const decide: Verb<DecideCommand> = {
  refuse: (state, command) => refuseGone(state) ?? refuseStale(state, command),
  apply(state, command) {
    const { decisionId, decision, actor, reason } = command;
    if (state.decisions.some((one) => one.decisionId === decisionId)) return state;
    const at = command.flag === undefined ? command.at : Math.max(command.at, newestOpen(state)?.at ?? 0);
    const taken = { decisionId, decision, actor, reason, at, by: 'person' as const, recorded: false };
    return { ...state, decisions: [...state.decisions, taken] };
  },
};

/** A decision about an older flag, or one that a newer decision has overtaken, would change nothing. REMOVED answers all. */
function refuseStale(state: LifecycleState, { decision, flag, at }: DecideCommand): ErrorCode | null {
  const open = newestOpen(state);
  if (flag !== undefined && open?.key !== flag) return 'DECISION_STALE';
  const standing = standingDecision(state);
  if (standing?.by === 'person' && standing.at > at) return 'DECISION_STALE';
  const isOlder = flag === undefined && decision !== 'REMOVED' && open !== null && at < open.at;
  return isOlder ? 'DECISION_STALE' : null;
}

const newestOpen = (state: LifecycleState): OpenFlag | null =>
  openFlags(state).reduce<OpenFlag | null>((best, flag) => (best === null || flag.at >= best.at ? flag : best), null);
