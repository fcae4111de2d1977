import { resolve } from 'node:path';
import { Command } from 'commander';
import { DATA, dataDir } from '../stack/places';
import { isAlive } from '../stack/process/identity';
import { listRunFiles } from '../stack/process/run-file';
import { runningStack } from '../stack/stack-file';

const NOTHING_RUNS = 1;

export const statusCommand = (): Command =>
  new Command('status')
    .description('show what runs and where; exit code 1 where nothing does')
    .option('--dir <folder>', 'its data directory (default: .local/data)')
    .option('--json', 'print the addresses as JSON')
    .action(({ dir, json }: { dir?: string; json?: true }) => {
      const root = resolve(dir ?? DATA);
      const stack = runningStack(root);
      if (json) process.stdout.write(`${JSON.stringify(stack ?? null)}\n`);
      else process.stdout.write(table(root));
      if (!stack) process.exitCode = NOTHING_RUNS;
    });

function table(root: string): string {
  const files = listRunFiles(dataDir(root).run);
  if (files.length === 0) return 'no stack is running\n';
  const lines = files.map((file) => `${file.name.padEnd(10)} ${isAlive(file) ? `pid ${String(file.pid)}` : 'gone'}`);
  const stack = runningStack(root);
  const where = stack ? [`temporal   ${stack.temporal.address}  ${stack.temporal.ui}`] : ['its supervisor is not up'];
  return `${[...lines, ...where].join('\n')}\n`;
}
