import { Argument, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import type { TaskPriority } from '../../contracts/model/status';
import { addCommandFlags, addExamples, priorityOf, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

export function addReprioritise(parent: Command, cli: Cli): void {
  const command = parent
    .command('reprioritise')
    .description('Have the work of a content taken sooner or later than that of others, from its next activity on.')
    .argument('<id>', 'content id')
    .addArgument(new Argument('<priority>', '1 (goes first) to 5; every content begins with 3').argParser(priorityOf));
  addCommandFlags(command).action(
    async (contentId: string, priority: TaskPriority, flags: CommandFlags, self: Command) => {
      const client = cli.client();
      const { reason, commandId = randomUUID() } = flags;
      const answer = await client.reprioritise({ contentId, priority, reason, commandId });
      cli.output(self).one(answer, (style) => renderAnswer(`reprioritise ${String(priority)}`, answer, style));
    },
  );
  addExamples(command, 'reelway content reprioritise bunny 1 --reason "the premiere is at eight"');
}
