import type { Command } from 'commander';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { endAs, queueFlags, type QueueFlags, settingsOf } from './flags';

export function addWorker(parent: Command, cli: Cli): void {
  const command = parent.command('worker').description('Run a worker until SIGTERM or SIGINT, which it drains for.');
  queueFlags(command).action(async (flags: QueueFlags) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
    const { runWorker } = require('../../workers') as typeof Workers;
    cli.exit(endAs(await runWorker(cli.config(settingsOf(flags)))));
  });
  addExamples(
    command,
    'reelway worker',
    'reelway worker --queues media --residency NG',
    'reelway worker --queues lifecycle,catalog',
  );
}
