import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { ReelwayError } from '../../contracts/model/errors';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  yes?: true;
}

export function addCancel(parent: Command, cli: Cli): void {
  const command = parent
    .command('cancel')
    .description('End a run that is not published, and remove what it made. Without --yes: show what would be done.')
    .argument('<id>', 'content id')
    .option('--yes', 'really do it');
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), yes } = flags;
    if (!yes) throw await preview(contentId, reason, client);
    const answer = await client.cancel({ contentId, reason, commandId });
    cli.output(self).one(answer, (style) => renderAnswer('cancel', answer, style));
  });
  addExamples(command, 'reelway content cancel bunny --reason "uploaded by mistake" --yes');
}

/** Cancelling cannot be undone, so it is said first what would be lost. */
async function preview(contentId: string, reason: string, client: ReturnType<Cli['client']>): Promise<ReelwayError> {
  const content = await client.show({ contentId });
  const outputs = content.outputs.filter((output) => !output.removed);
  const objects = outputs.reduce((sum, output) => sum + output.keys.length, 0);
  return new ReelwayError(
    'USAGE',
    `Nothing was done. Cancelling ${contentId} (${content.status}) would end its run and remove ${String(objects)} objects it made.`,
    { hint: `To do it: reelway content cancel ${contentId} --reason ${JSON.stringify(reason)} --yes` },
  );
}
