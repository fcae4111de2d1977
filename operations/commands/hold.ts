import { holdUpdate } from '../../workflows/messages';
import { carryOut, type CommandInput, type CommandResult, type Deps } from './carry-out';

/** Begins nothing new and lets deadlines stand still, until a release. Throws CONTENT_HELD, BEING_UNDONE. */
export const hold = (deps: Deps, input: CommandInput): Promise<CommandResult> =>
  carryOut(deps, input, { verb: 'hold', update: holdUpdate.name, args: {} });
