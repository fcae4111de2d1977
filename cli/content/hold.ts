import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

export function addHold(parent: Command, cli: Cli): void {
  const command = parent
    .command('hold')
    .description('Stop a content before its next stage, until a release: what runs goes on, deadlines stand still.')
    .argument('<id>', 'content id');
  addCommandFlags(command).action(async (contentId: string, flags: CommandFlags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID() } = flags;
    const answer = await client.hold({ contentId, reason, commandId });
    cli.output(self).one(answer, (style) => renderAnswer('hold', answer, style));
  });
  addExamples(command, 'reelway content hold bunny --reason "the rights are being cleared"');
}
