import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addDeadLetterDiscard } from './discard';
import { addDeadLetterEdit } from './edit';
import { addDeadLetterExport } from './export';
import { addDeadLetterHistogram } from './histogram';
import { addDeadLetterList } from './list';
import { addDeadLetterRedrive } from './redrive';
import { addDeadLetterShow } from './show';

export function addDeadLetterCommands(program: Command, cli: Cli): void {
  const dlq = program.command('dlq').description('Dead letters: records of others that could not be used as they are.');
  addDeadLetterList(dlq, cli);
  addDeadLetterShow(dlq, cli);
  addDeadLetterHistogram(dlq, cli);
  addDeadLetterRedrive(dlq, cli);
  addDeadLetterEdit(dlq, cli);
  addDeadLetterDiscard(dlq, cli);
  addDeadLetterExport(dlq, cli);
}
