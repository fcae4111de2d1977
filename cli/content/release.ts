import type { Command } from 'commander';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

export const addRelease = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'release',
    description: 'Let a content go on that is held; deadlines have the time that was left of them.',
    send: (client, command) => client.release(command),
    render: (answer, style) => renderAnswer('release', answer, style),
    examples: ['reelway content release bunny --reason "the rights are cleared"'],
  });
};
