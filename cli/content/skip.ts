import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { STAGES, type Stage } from '../../contracts/model/status';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  stage?: Stage;
  rendition?: string;
}

export function addSkip(parent: Command, cli: Cli): void {
  const command = parent
    .command('skip')
    .description('Go on without a rendition, or without moderation; no other stage can be left out.')
    .argument('<id>', 'content id')
    .addOption(new Option('--stage <stage>', 'moderate: needs its own right, answers no flag').choices(STAGES))
    .option('--rendition <label>', 'such as 720p or a128; one must be left');
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), stage, rendition } = flags;
    const what = { ...(stage && { stage }), ...(rendition !== undefined && { rendition }) };
    const answer = await client.skip({ contentId, reason, commandId, ...what });
    cli.output(self).one(answer, (style) => renderAnswer(`skip ${stage ?? rendition ?? ''}`, answer, style));
  });
  addExamples(
    command,
    'reelway content skip bunny --rendition 2160p --reason "the encoder cannot do it; the others are enough"',
    'reelway content skip bunny --stage moderate --reason "our own trailer, seen by the team"',
  );
}
