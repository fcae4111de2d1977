import { DECISIONS, type Decision } from '../../contracts/model/status';
import { decideUpdate, type DecideCommand } from '../../workflows/messages';
import { carryOut, decisionIdOf, oneOf, type CommandInput, type CommandResult, type Deps } from './carry-out';

export interface DecideInput extends CommandInput {
  decision: Decision;
  /** Key of the newest flag that the reviewer has seen; default: all flags that were raised until now. */
  flag?: string;
}

/**
 * Answers the open flags. It counts as taken when its audit row was written: a flag raised later stays open, and then the
 * answer is DECISION_STALE, as it is where a newer decision stands.
 */
export async function decide(deps: Deps, input: DecideInput): Promise<CommandResult> {
  const { decision, flag } = input;
  if (!DECISIONS.includes(decision)) throw oneOf('decision', DECISIONS);
  const decisionId = decisionIdOf(input);
  const named = flag === undefined ? {} : { flag };
  return carryOut(deps, input, {
    verb: 'decide',
    update: decideUpdate.name,
    args: { decision, ...named },
    more: (audit): Pick<DecideCommand, 'decision' | 'decisionId' | 'at' | 'flag'> => ({
      ...{ decision, decisionId, at: audit.at.getTime() },
      ...named,
    }),
  });
}
