import type { Command } from 'commander';
import type { DifferenceKind } from '../operations/reconcile';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { EXIT } from './exit';
import { printable, table } from './render/text';

export function addReconcile(program: Command, cli: Cli): void {
  const command = program
    .command('reconcile')
    .description('Compare contents in Postgres with runs in Temporal; exit 1 where they differ.')
    .option('--fix', 'mark what has lost its run as needing attention, audited')
    .action(async ({ fix = false }: { fix?: boolean }, self: Command) => {
      const client = cli.client();
      const { contents, runs, differences } = await client.reconcile({ fix });
      const output = cli.output(self);
      output.many(differences, () =>
        differences.length === 0
          ? []
          : table(
              ['CONTENT', 'STATUS', 'RUN', 'WHAT', 'DONE', 'NEXT'],
              differences.map(({ contentId, kind, status, run, marked }) => [
                printable(contentId),
                status ?? '-',
                run ?? 'unknown',
                MEANING[kind],
                marked ? 'marked' : '-',
                `reelway content explain ${printable(contentId)}`,
              ]),
            ),
      );
      output.say(`${String(contents)} open contents, ${String(runs)} open runs, ${String(differences.length)} differ`);
      if (differences.length > 0) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway reconcile', 'reelway reconcile --fix -o jsonl | jq -r .contentId');
}

const MEANING: Record<DifferenceKind, string> = {
  'run-missing': 'its run was ended or deleted',
  'run-unknown': 'a run without a row',
  'run-after-end': 'a run of ended content',
};
