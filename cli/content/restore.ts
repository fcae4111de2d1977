import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';

export function addRestore(parent: Command, cli: Cli): void {
  const command = parent
    .command('restore')
    .description('Undo a removal: publish again under the decision that stands, or ask a reviewer where none does.')
    .argument('<id>', 'content id');
  addCommandFlags(command).action(async (contentId: string, flags: CommandFlags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID() } = flags;
    const answer = await client.restore({ contentId, reason, commandId });
    cli.output(self).one(answer, (style) => renderFinished('restore', answer, style));
  });
  addExamples(command, 'reelway content restore bunny --reason "the claim was withdrawn"');
}
