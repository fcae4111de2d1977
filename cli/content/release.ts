import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

export function addRelease(parent: Command, cli: Cli): void {
  const command = parent
    .command('release')
    .description('Let a content go on that is held; deadlines have the time that was left of them.')
    .argument('<id>', 'content id');
  addCommandFlags(command).action(async (contentId: string, flags: CommandFlags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID() } = flags;
    const answer = await client.release({ contentId, reason, commandId });
    cli.output(self).one(answer, (style) => renderAnswer('release', answer, style));
  });
  addExamples(command, 'reelway content release bunny --reason "the rights are cleared"');
}
