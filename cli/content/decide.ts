import { Argument, Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { DECISIONS, type Decision } from '../../contracts/model/status';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  flag?: string;
}

export function addDecide(parent: Command, cli: Cli): void {
  const command = parent
    .command('decide')
    .description('Answer the open flags of a content as its reviewer.')
    .argument('<id>', 'content id')
    .addArgument(new Argument('<decision>', 'what shall become of it').choices(DECISIONS))
    .addOption(
      new Option('--flag <key>', 'newest flag you have seen, as content show names it; default: all until now'),
    );
  addCommandFlags(command).action(async (contentId: string, decision: Decision, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), flag } = flags;
    const named = flag === undefined ? {} : { flag };
    const answer = await client.decide({ contentId, decision, reason, commandId, ...named });
    cli.output(self).one(answer, (style) => renderAnswer(`decide ${decision}`, answer, style));
  });
  addExamples(
    command,
    'reelway content decide bunny APPROVED --reason "seen, harmless"',
    'reelway content decide bunny EDIT_REQUESTED --reason "cut the scene at 1:20"',
  );
}
