import type { Command } from 'commander';
import { workflowIdOf } from '../contracts/model/ids';
import type { DifferenceKind } from '../operations/reconcile';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { EXIT } from './exit';
import { printable, table } from './render/text';

interface Flags {
  fix?: true;
  yes?: true;
  objects?: true;
}

export function addReconcile(program: Command, cli: Cli): void {
  const command = program
    .command('reconcile')
    .description(
      'Compare contents in Postgres with runs in Temporal, and objects in the store; exit 1 where they differ.',
    )
    .option(
      '--fix',
      'mark what has lost its run, or whose work fails again and again, clear what has its run again, audited; finish starts that commands left half done',
    )
    .option('--objects', 'compare with the object store as well; with --fix, remove what no record names')
    .option('--yes', 'do not ask')
    .action(async (flags: Flags, self: Command) => {
      const { fix = false, yes = false, objects = false } = flags;
      const client = cli.client();
      if (fix && !yes) {
        const found = await client.reconcile({ fix: false, objects });
        const count = (kind: DifferenceKind): number => found.differences.filter((one) => one.kind === kind).length;
        const [lost, orphaned] = [count('run-missing'), count('object-orphaned')];
        const remove = orphaned > 0 ? `, and remove objects of ${String(orphaned)} that no record names` : '';
        if (lost + orphaned > 0)
          await cli.confirm(`mark ${String(lost)} of ${String(found.contents)} contents${remove}`, false);
      }
      const { contents, runs, differences } = await client.reconcile({ fix, objects });
      const output = cli.output(self);
      output.many(differences, () =>
        differences.length === 0
          ? []
          : table(
              ['CONTENT', 'STATUS', 'RUN', 'WHAT', 'DONE', 'NEXT'],
              differences.map(({ contentId, kind, status, run, marked, keys }) => [
                printable(contentId),
                status ?? '-',
                keys ? '-' : (run ?? 'unknown'),
                keys ? `${String(keys.length)} ${MEANING[kind]}` : MEANING[kind],
                marked ? (DONE[kind] ?? 'marked') : '-',
                nextOf(kind, printable(contentId)),
              ]),
            ),
      );
      output.say(`${String(contents)} open contents, ${String(runs)} open runs, ${String(differences.length)} differ`);
      if (differences.length > 0) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway reconcile', 'reelway reconcile --fix --yes -o jsonl | jq -r .contentId');
}

const EXPLAINED: readonly DifferenceKind[] = ['run-missing', 'run-found', 'half-started', 'retrying', 'unserved'];

const nextOf = (kind: DifferenceKind, id: string): string => {
  if (EXPLAINED.includes(kind)) return `reelway content explain ${id}`;
  if (kind === 'object-missing') return `reelway content reprocess ${id} --from transcode --reason TEXT`;
  if (kind === 'object-orphaned') return 'reelway reconcile --objects --fix';
  return `look at ${printable(workflowIdOf(id))} in the Temporal UI`;
};

const DONE: Partial<Record<DifferenceKind, string>> = {
  'run-found': 'cleared',
  'half-started': 'started',
  'object-orphaned': 'removed',
};

const MEANING: Record<DifferenceKind, string> = {
  'run-missing': 'its run was ended or deleted',
  'run-found': 'its run is there again',
  'run-unknown': 'a run without a row',
  'run-after-end': 'a run of ended content',
  'half-started': 'its generation was not started',
  retrying: 'its work fails again and again',
  unserved: 'no worker takes its work',
  'object-missing': 'recorded objects are not there',
  'object-orphaned': 'objects that no record names',
};
