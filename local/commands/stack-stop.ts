import { resolve } from 'node:path';
import { Command } from 'commander';
import { DATA, dataDir, stackFileOf } from '../stack/places';
import { stopSession } from '../stack/process/session';

export const stopCommand = (): Command =>
  new Command('stop')
    .description('stop the stack that runs in another terminal, or what a crash of it left over')
    .option('--dir <folder>', 'its data directory (default: .local/data)')
    .action(async ({ dir }: { dir?: string }) => {
      const root = resolve(dir ?? DATA);
      const ended = await stopSession(dataDir(root), stackFileOf(root));
      process.stderr.write(ended.length === 0 ? 'no stack was running\n' : `stopped ${ended.join(', ')}\n`);
    });
