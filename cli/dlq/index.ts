import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addDeadLetterList } from './list';
import { addDeadLetterShow } from './show';

export function addDeadLetterCommands(program: Command, cli: Cli): void {
  const dlq = program.command('dlq').description('Dead letters: records of others that could not be used as they are.');
  addDeadLetterList(dlq, cli);
  addDeadLetterShow(dlq, cli);
}
