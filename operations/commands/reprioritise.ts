import { TASK_PRIORITIES, type TaskPriority } from '../../contracts/model/status';
import { reprioritiseUpdate } from '../../workflows/messages';
import { carryOut, oneOf, type CommandInput, type CommandResult, type Deps } from './carry-out';

export interface ReprioritiseInput extends CommandInput {
  /** 1 goes first; 3 is what every content begins with. */
  priority: TaskPriority;
}

/** Has the content's work taken sooner or later, from the next activity on. Throws BEING_UNDONE. */
export async function reprioritise(deps: Deps, input: ReprioritiseInput): Promise<CommandResult> {
  const { priority } = input;
  if (!TASK_PRIORITIES.includes(priority)) throw oneOf('priority', TASK_PRIORITIES);
  return carryOut(deps, input, {
    verb: 'reprioritise',
    update: reprioritiseUpdate.name,
    args: { priority },
    more: () => ({ priority }),
  });
}
