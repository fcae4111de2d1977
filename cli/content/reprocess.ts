import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { REPROCESS_STAGES, type ReprocessStage } from '../../contracts/model/generation';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';

interface Flags extends CommandFlags {
  from: ReprocessStage;
}

export function addReprocess(parent: Command, cli: Cli): void {
  const command = parent
    .command('reprocess')
    .description('Do finished content again from a stage on; what viewers have stays until the new set is switched to.')
    .argument('<id>', 'content id')
    .addOption(
      new Option('--from <stage>', 'done anew; package makes a new set under a new key')
        .choices(REPROCESS_STAGES)
        .makeOptionMandatory(),
    );
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), from } = flags;
    const answer = await client.reprocess({ contentId, reason, commandId, from });
    cli.output(self).one(answer, (style) => renderFinished(`reprocess from ${from}`, answer, style));
  });
  addExamples(command, 'reelway content reprocess bunny --from package --reason "key rotation"');
}
