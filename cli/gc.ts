import type { Command } from 'commander';
import type { Collected } from '../operations/gc';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { forEachResult } from './each';
import { EXIT } from './exit';
import { printable, type Style } from './render/text';

export function addGc(program: Command, cli: Cli): void {
  const command = program
    .command('gc')
    .description('Remove sets and renditions that nobody needs any more. Without --yes: show what would be removed.')
    .option('--yes', 'really remove them, audited; Ctrl-C stops after the one in hand')
    .action(async ({ yes = false }: { yes?: boolean }, self: Command) => {
      const output = cli.output(self);
      const sum = { outputs: 0, bytes: 0 };
      const results = summed(cli.client().gc({ remove: yes }), sum);
      await forEachResult(cli, output, results, { text: lineOf, name: nameOf, exit: () => EXIT.done });
      const what = `${String(sum.outputs)} outputs, ${String(sum.bytes)} bytes`;
      output.say(yes ? `${what} removed` : `${what} would be removed; to do it, add --yes`);
    });
  addExamples(command, 'reelway gc', 'reelway gc --yes -o jsonl');
}

async function* summed(
  results: AsyncIterable<Collected>,
  sum: { outputs: number; bytes: number },
): AsyncGenerator<Collected> {
  for await (const one of results) {
    if (one.outcome !== 'kept') {
      sum.outputs += 1;
      sum.bytes += one.bytes;
    }
    yield one;
  }
}

const nameOf = ({ contentId, generation, stage, variant }: Collected): string =>
  printable(`${contentId} generation ${String(generation)} ${stage} ${variant}`);

const SAID: Record<Collected['outcome'], string> = {
  found: 'would be removed',
  removed: 'removed',
  kept: 'kept: it came into use',
};

const lineOf = (one: Collected, { bold }: Style): string[] => [
  `${bold(nameOf(one))}  ${SAID[one.outcome]}  ${String(one.objects)} objects, ${String(one.bytes)} bytes`,
];
