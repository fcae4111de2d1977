import type { Command } from 'commander';
import type { Collected } from '../operations/gc';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { printable, table } from './render/text';

export function addGc(program: Command, cli: Cli): void {
  const command = program
    .command('gc')
    .description('Remove sets and renditions that nobody needs any more. Without --yes: show what would be removed.')
    .option('--yes', 'really remove them, audited')
    .action(async ({ yes = false }: { yes?: boolean }, self: Command) => {
      const client = cli.client();
      const all: Collected[] = [];
      for await (const one of client.gc({ remove: yes })) all.push(one);
      const output = cli.output(self);
      output.many(all, () => (all.length === 0 ? [] : table(HEADS, all.map(cellsOf))));
      output.say(summaryOf(all, yes));
    });
  addExamples(command, 'reelway gc', 'reelway gc --yes -o jsonl');
}

const HEADS = ['CONTENT', 'GENERATION', 'STAGE', 'VARIANT', 'OBJECTS', 'BYTES', 'OUTCOME'];

const cellsOf = ({ contentId, generation, stage, variant, objects, bytes, outcome }: Collected): string[] => [
  printable(contentId),
  String(generation),
  stage,
  printable(variant),
  String(objects),
  String(bytes),
  outcome,
];

function summaryOf(all: Collected[], removes: boolean): string {
  const counted = all.filter(({ outcome }) => outcome !== 'kept');
  const bytes = counted.reduce((sum, one) => sum + one.bytes, 0);
  const what = `${String(counted.length)} outputs, ${String(bytes)} bytes`;
  return removes ? `${what} removed` : `${what} would be removed; to do it, add --yes`;
}
