import type { Command } from 'commander';
import type { Environment } from '../environment';
import { EXIT, type ExitCode } from '../exit';

export interface QueueFlags {
  queues?: string;
  residency?: string;
}

/** What a worker serves; the flags stand for the variables of the same meaning and win over them. */
export const queueFlags = (command: Command): Command =>
  command
    .option('--queues <list>', 'lifecycle, catalog, media (default: REELWAY_QUEUES)')
    .option('--residency <list>', 'GLOBAL, NG: whose media it may touch (default: REELWAY_RESIDENCY)');

export const settingsOf = ({ queues, residency }: QueueFlags): Environment => ({
  ...(queues !== undefined && { REELWAY_QUEUES: queues }),
  ...(residency !== undefined && { REELWAY_RESIDENCY: residency }),
});

/** How a drained process ended: well, or because a part of it failed. */
export const endAs = (code: number): ExitCode => (code === 0 ? EXIT.done : EXIT.failed);
