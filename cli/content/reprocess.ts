import { Option, type Command } from 'commander';
import { REPROCESS_STAGES, type ReprocessStage } from '../../contracts/model/generation';
import type { FinishedResult } from '../../operations/generations/command';
import type { Cli } from '../cli';
import { renderFinished } from '../render/finished';
import { addVerb } from './verb';

interface Flags {
  from: ReprocessStage;
}

export const addReprocess = (parent: Command, cli: Cli): void => {
  addVerb<FinishedResult, Flags>(parent, cli, {
    name: 'reprocess',
    description: 'Do finished content again from a stage on; what viewers have stays until the new set is switched to.',
    addFlags: (command) =>
      command.addOption(
        new Option('--from <stage>', 'done anew; package makes a new set under a new key')
          .choices(REPROCESS_STAGES)
          .makeOptionMandatory(),
      ),
    send: (client, command, { from }) => client.reprocess({ ...command, from }),
    render: (answer, style, { from }) => renderFinished(`reprocess from ${from}`, answer, style),
    examples: ['reelway content reprocess bunny --from package --reason "key rotation"'],
  });
};
