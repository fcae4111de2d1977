import type { Command } from 'commander';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { endAs, queueFlags, type QueueFlags, settingsOf } from './flags';

export function addUp(parent: Command, cli: Cli): void {
  const command = parent
    .command('up')
    .description(
      'Run worker, bridge, projector and, where tokens are configured, admin API in one process, for development.',
    );
  queueFlags(command).action(async (flags: QueueFlags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
    const { runUp } = require('../../workers') as typeof Workers;
    cli.exit(endAs(await runUp(cli.config(settingsOf(flags)))));
  });
  addExamples(command, 'reelway up', 'reelway up --residency GLOBAL,NG');
}
