import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { ReelwayError } from '../../contracts/model/errors';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';
import { printable } from '../render/text';

interface Flags extends CommandFlags {
  yes?: true;
}

export function addTakedown(parent: Command, cli: Cli): void {
  const command = parent
    .command('takedown')
    .description(
      'Hide content from everybody at once, also while Temporal is down. Without --yes: show what would be done.',
    )
    .argument('<id>', 'content id')
    .option('--yes', 'really do it');
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), yes } = flags;
    if (!yes) throw await preview(contentId, reason, client);
    const answer = await client.takedown({ contentId, reason, commandId });
    cli
      .output(self)
      .one(answer, (style) => [
        ...renderFinished('takedown', answer, style),
        ...(answer.run === 'later'
          ? ['its run has not heard of it yet, and publishes nothing; it ends when it does']
          : []),
      ]);
  });
  addExamples(command, 'reelway content takedown bunny --reason "court order 17/26" --yes');
}

async function preview(contentId: string, reason: string, client: ReturnType<Cli['client']>): Promise<ReelwayError> {
  const { status, visibility } = await client.show({ contentId });
  return new ReelwayError(
    'USAGE',
    `Nothing was done. Taking ${contentId} (${status}, ${visibility}) down would hide it from everybody.`,
    { hint: `To do it: reelway content takedown ${contentId} --reason ${JSON.stringify(printable(reason))} --yes` },
  );
}
