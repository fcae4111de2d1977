import type { Command } from 'commander';
import type { Cli } from '../cli';
import { renderAnswer } from '../render/answer';
import { addVerb } from './verb';

export const addHold = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'hold',
    description: 'Stop a content before its next stage, until a release: what runs goes on, deadlines stand still.',
    send: (client, command) => client.hold(command),
    render: (answer, style) => renderAnswer('hold', answer, style),
    examples: ['reelway content hold bunny --reason "the rights are being cleared"'],
  });
};
