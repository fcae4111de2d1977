import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addDeployPromote } from './promote';
import { addDeployRamp } from './ramp';
import { addDeployRollback } from './rollback';
import { addDeployStatus } from './status';

export function addDeployCommands(program: Command, cli: Cli): void {
  const deploy = program
    .command('deploy')
    .description('Builds of the workflow code, and which of them runs go on with.');
  for (const add of [addDeployStatus, addDeployRamp, addDeployPromote, addDeployRollback]) add(deploy, cli);
}
