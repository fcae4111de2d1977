import { releaseUpdate } from '../../workflows/messages';
import { carryOut, type CommandInput, type CommandResult, type Deps } from './carry-out';

/** Goes on after a hold. Throws NOT_HELD, BEING_UNDONE. */
export const release = (deps: Deps, input: CommandInput): Promise<CommandResult> =>
  carryOut(deps, input, { verb: 'release', update: releaseUpdate.name, args: {} });
