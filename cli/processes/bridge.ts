import type { Command } from 'commander';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { endAs } from './flags';

export function addBridge(parent: Command, cli: Cli): void {
  const command = parent
    .command('bridge')
    .description('Run the bridge from Kafka to the runs until SIGTERM or SIGINT, which it drains for.')
    .action(async () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
      const { runBridge } = require('../../workers') as typeof Workers;
      cli.exit(endAs(await runBridge(cli.config())));
    });
  addExamples(command, 'reelway bridge');
}
