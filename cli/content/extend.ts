import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { STAGES, type Stage } from '../../contracts/model/status';
import { addCommandFlags, addExamples, span, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  by: number;
  stage?: Stage;
}

export function addExtend(parent: Command, cli: Cli): void {
  const command = parent
    .command('extend')
    .description('Give a service, a reviewer or the creator more time before the deadline takes its effect.')
    .argument('<id>', 'content id')
    .requiredOption('--by <span>', 'added to the deadline, or to now where that has passed: 30m, 2h, 3d', span)
    .addOption(new Option('--stage <stage>', 'default: the stage whose deadline comes first').choices(STAGES));
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), by: byMs, stage } = flags;
    const answer = await client.extend({ contentId, reason, commandId, byMs, ...(stage && { stage }) });
    cli.output(self).one(answer, (style) => renderAnswer('extend', answer, style));
  });
  addExamples(command, 'reelway content extend bunny --by 2d --reason "the reviewer is back on Monday"');
}
