import type { Command } from 'commander';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { endAs } from './flags';

export function addProjector(parent: Command, cli: Cli): void {
  const command = parent
    .command('projector')
    .description(
      'Count engagement from Kafka and keep the trending sets in Redis, until SIGTERM or SIGINT, which it drains for.',
    )
    .action(async () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
      const { runProjector } = require('../../workers') as typeof Workers;
      cli.exit(endAs(await runProjector(cli.config())));
    });
  addExamples(command, 'reelway projector');
}
