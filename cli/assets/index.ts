import type { Command } from 'commander';
import type { Cli } from '../cli';
import { addAssetConflicts } from './conflicts';
import { addAssetShow } from './show';

export function addAssetCommands(program: Command, cli: Cli): void {
  const assets = program.command('assets').description('Media of episodes as other services tell of them.');
  addAssetShow(assets, cli);
  addAssetConflicts(assets, cli);
}
