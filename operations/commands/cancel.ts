import { cancelUpdate } from '../../workflows/messages';
import { carryOut, type CommandInput, type CommandResult, type Deps } from './carry-out';

/** Ends the run and undoes what it made. Throws PAST_NO_RETURN where the content is visible already. */
export const cancel = (deps: Deps, input: CommandInput): Promise<CommandResult> =>
  carryOut(deps, input, { verb: 'cancel', update: cancelUpdate.name, args: {} });
