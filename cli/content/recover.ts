import type { Command } from 'commander';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';
import { addVerb } from './verb';

export const addRecover = (parent: Command, cli: Cli): void => {
  addVerb(parent, cli, {
    name: 'recover',
    description: 'Begin another run of content whose run was ended or deleted in Temporal, where that one stood.',
    send: (client, command) => client.recover(command),
    render: (answer, style) => renderFinished('recover', answer, style),
    examples: ['reelway content recover bunny --reason "its run was terminated by mistake"'],
  });
};
