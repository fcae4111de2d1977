import { Option, type Command } from 'commander';
import type { CommandResult } from '../../operations/commands';
import { STAGES, type Stage } from '../../contracts/model/status';
import { span } from '../arguments';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

interface Flags {
  by: number;
  stage?: Stage;
}

export const addExtend = (parent: Command, cli: Cli): void => {
  addVerb<CommandResult, Flags>(parent, cli, {
    name: 'extend',
    description: 'Give a service, a reviewer or the creator more time before the deadline takes its effect.',
    addFlags: (command) =>
      command
        .requiredOption('--by <span>', 'added to the deadline, or to now where that has passed: 30m, 2h, 3d', span)
        .addOption(new Option('--stage <stage>', 'default: the stage whose deadline comes first').choices(STAGES)),
    send: (client, command, { by: byMs, stage }) => client.extend({ ...command, byMs, ...(stage && { stage }) }),
    render: (answer, style) => renderAnswer('extend', answer, style),
    examples: ['reelway content extend bunny --by 2d --reason "the reviewer is back on Monday"'],
  });
};
