import type { Command } from 'commander';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';
import { addVerb } from './verb';

export const addRestore = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'restore',
    description: 'Undo a removal: publish again under the decision that stands, or ask a reviewer where none does.',
    send: (client, command) => client.restore(command),
    render: (answer, style) => renderFinished('restore', answer, style),
    examples: ['reelway content restore bunny --reason "the claim was withdrawn"'],
  });
};
