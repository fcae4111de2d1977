import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addDoctor } from './doctor';
import { addMigrate } from './migrate';
import { addTopicsCheck } from './topics-check';
import { addTopicsCreate } from './topics-create';

export function addSetupCommands(program: Command, cli: Cli): void {
  const topics = program.command('topics').description('The Kafka topics of the topic table.');
  addTopicsCheck(topics, cli);
  addTopicsCreate(topics, cli);
  addMigrate(program, cli);
  addDoctor(program, cli);
}
