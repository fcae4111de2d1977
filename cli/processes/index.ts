import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addApi } from './api';
import { addBridge } from './bridge';
import { addProjector } from './projector';
import { addUp } from './up';
import { addWorker } from './worker';

export function addProcessCommands(program: Command, cli: Cli): void {
  addWorker(program, cli);
  addBridge(program, cli);
  addProjector(program, cli);
  addApi(program, cli);
  addUp(program, cli);
}
