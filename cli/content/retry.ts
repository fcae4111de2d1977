import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { STAGES, type Stage } from '../../contracts/model/status';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  stage?: Stage;
}

export function addRetry(parent: Command, cli: Cli): void {
  const command = parent
    .command('retry')
    .description('Go on with a parked stage.')
    .argument('<id>', 'content id')
    .addOption(new Option('--stage <stage>', 'default: the stage that is parked').choices(STAGES));
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), stage } = flags;
    const answer = await client.retry({ contentId, reason, commandId, ...(stage && { stage }) });
    cli.output(self).one(answer, (style) => renderAnswer('retry', answer, style));
  });
  addExamples(command, 'reelway content retry bunny --reason "the raw object is there now"');
}
