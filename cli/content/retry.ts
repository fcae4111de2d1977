import { InvalidArgumentError, Option, type Command } from 'commander';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { CommandResult, CorrectionInput } from '../../operations/commands';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

interface Flags {
  stage?: Stage;
  rendition?: string;
  attempt?: string;
  with?: CorrectionInput;
}

export const addRetry = (parent: Command, cli: Cli): void => {
  addVerb<CommandResult, Flags>(parent, cli, {
    name: 'retry',
    description: 'Go on with a parked stage or rendition, as it was or with corrected input.',
    addFlags: (command) =>
      command
        .addOption(new Option('--stage <stage>', 'default: the stage that is parked').choices(STAGES))
        .option('--rendition <label>', 'this one alone, such as 720p, also while others are still encoded')
        .option('--attempt <token>', 'the failure it answers, as content show names it: of two who answer it, one does')
        .option(
          '--with <key=value>',
          'rawKey, title, ladder (360p,a128) or executor; may be given several times',
          corrected,
        ),
    send: (client, command, { stage, rendition, attempt, with: correction }) =>
      client.retry({
        ...command,
        ...(stage && { stage }),
        ...(rendition !== undefined && { rendition }),
        ...(attempt !== undefined && { attempt }),
        ...(correction && { with: correction }),
      }),
    render: (answer, style) => renderAnswer('retry', answer, style),
    examples: [
      'reelway content retry bunny --reason "the raw object is there now"',
      'reelway content retry bunny --rendition 720p --attempt g1r1.720p.a1 --reason "the encoder has more memory"',
      'reelway content retry bunny --with rawKey=raw/bunny/clip.mp4 --reason "the event named another key"',
    ],
  });
};

/** key=value; the value goes to its schema as it is. Several are one correction. */
function corrected(text: string, before: CorrectionInput = {}): CorrectionInput {
  const [, key, value] = /^(rawKey|title|ladder|executor)=([^]+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be rawKey=…, title=…, ladder=360p,a128 or executor=worker|service.');
  }
  return { ...before, [key]: key === 'ladder' ? value.split(',') : value };
}
