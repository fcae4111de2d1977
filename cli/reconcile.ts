import type { Command } from 'commander';
import { workflowIdOf } from '../contracts/model/ids';
import type { DifferenceKind } from '../operations/reconcile';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { EXIT } from './exit';
import { printable, table } from './render/text';

export function addReconcile(program: Command, cli: Cli): void {
  const command = program
    .command('reconcile')
    .description('Compare contents in Postgres with runs in Temporal; exit 1 where they differ.')
    .option(
      '--fix',
      'mark what has lost its run as needing attention, audited; finish starts that commands left half done',
    )
    .option('--yes', 'do not ask')
    .action(async ({ fix = false, yes = false }: { fix?: boolean; yes?: boolean }, self: Command) => {
      const client = cli.client();
      if (fix && !yes) {
        const found = await client.reconcile({ fix: false });
        const lost = found.differences.filter(({ kind }) => kind === 'run-missing').length;
        if (lost > 0) await cli.confirm(`mark ${String(lost)} of ${String(found.contents)} contents`, false);
      }
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
                marked ? (kind === 'half-started' ? 'started' : 'marked') : '-',
                kind === 'run-missing' || kind === 'half-started'
                  ? `reelway content explain ${printable(contentId)}`
                  : `look at ${printable(workflowIdOf(contentId))} in the Temporal UI`,
              ]),
            ),
      );
      output.say(`${String(contents)} open contents, ${String(runs)} open runs, ${String(differences.length)} differ`);
      if (differences.length > 0) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway reconcile', 'reelway reconcile --fix --yes -o jsonl | jq -r .contentId');
}

const MEANING: Record<DifferenceKind, string> = {
  'run-missing': 'its run was ended or deleted',
  'run-unknown': 'a run without a row',
  'run-after-end': 'a run of ended content',
  'half-started': 'its generation was not started',
};
