import { Option, type Command } from 'commander';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { CommandResult } from '../../operations/commands';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

interface Flags {
  stage?: Stage;
  rendition?: string;
}

export const addSkip = (parent: Command, cli: Cli): void => {
  addVerb<CommandResult, Flags>(parent, cli, {
    name: 'skip',
    description: 'Go on without a rendition, or without moderation; no other stage can be left out.',
    addFlags: (command) =>
      command
        .addOption(new Option('--stage <stage>', 'moderate: needs its own right, answers no flag').choices(STAGES))
        .option('--rendition <label>', 'such as 720p or a128; one must be left'),
    send: (client, command, { stage, rendition }) =>
      client.skip({ ...command, ...(stage && { stage }), ...(rendition !== undefined && { rendition }) }),
    render: (answer, style, { stage, rendition }) => renderAnswer(`skip ${stage ?? rendition ?? ''}`, answer, style),
    examples: [
      'reelway content skip bunny --rendition 2160p --reason "the encoder cannot do it; the others are enough"',
      'reelway content skip bunny --stage moderate --reason "our own trailer, seen by the team"',
    ],
  });
};
