import { InvalidArgumentError, Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { CorrectionInput } from '../../operations/commands';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';

interface Flags extends CommandFlags {
  stage?: Stage;
  rendition?: string;
  attempt?: string;
  with?: CorrectionInput;
}

export function addRetry(parent: Command, cli: Cli): void {
  const command = parent
    .command('retry')
    .description('Go on with a parked stage or rendition, as it was or with corrected input.')
    .argument('<id>', 'content id')
    .addOption(new Option('--stage <stage>', 'default: the stage that is parked').choices(STAGES))
    .option('--rendition <label>', 'this one alone, such as 720p, also while others are still encoded')
    .option('--attempt <token>', 'the failure it answers, as content show names it: of two who answer it, one does')
    .option(
      '--with <key=value>',
      'rawKey, title, ladder (360p,a128) or executor; may be given several times',
      corrected,
    );
  addCommandFlags(command).action(async (contentId: string, flags: Flags, self: Command) => {
    const client = cli.client();
    const { reason, commandId = randomUUID(), stage, rendition, attempt, with: correction } = flags;
    const what = {
      ...(stage && { stage }),
      ...(rendition !== undefined && { rendition }),
      ...(attempt !== undefined && { attempt }),
      ...(correction && { with: correction }),
    };
    const answer = await client.retry({ contentId, reason, commandId, ...what });
    cli.output(self).one(answer, (style) => renderAnswer('retry', answer, style));
  });
  addExamples(
    command,
    'reelway content retry bunny --reason "the raw object is there now"',
    'reelway content retry bunny --rendition 720p --attempt g1r1a1 --reason "the encoder has more memory"',
    'reelway content retry bunny --with rawKey=raw/bunny/clip.mp4 --reason "the event named another key"',
  );
}

/** key=value; the value goes to its schema as it is. Several are one correction. */
function corrected(text: string, before: CorrectionInput = {}): CorrectionInput {
  const [, key, value] = /^(rawKey|title|ladder|executor)=([^]+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be rawKey=…, title=…, ladder=360p,a128 or executor=worker|service.');
  }
  return { ...before, [key]: key === 'ladder' ? value.split(',') : value };
}
