import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import type { RedriveInput, RedriveResult } from '../../operations/dead-letters-redrive';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { forEachResult } from '../each';
import { EXIT, type ExitCode } from '../exit';
import { renderRedriven } from '../render/dead-letter-results';
import { addSelectionFlags, selectionIn, selectionOf, type FilterFlags, type PageFlags } from './filters';
import { readPayload } from './payload';

interface Flags extends FilterFlags, PageFlags {
  all?: true;
  dryRun?: true;
  yes?: true;
  force?: true;
  rate: number;
  with?: string;
  reason?: string;
  commandId?: string;
}

const DEFAULT_RATE = 50;

export function addDeadLetterRedrive(parent: Command, cli: Cli): void {
  const command = parent
    .command('redrive')
    .description('Bring dead letters in again, oldest first, judged as if they had just come; each is applied once.')
    .argument('[ids...]', 'ids from dlq list; none: those of the filter');
  addSelectionFlags(command, 'open')
    .option('--all', 'all that are open, without a filter')
    .option('--dry-run', 'say what would happen to each; nothing is changed')
    .option('--yes', 'do not ask')
    .option('--rate <n>', 'at most so many a second', positive, DEFAULT_RATE)
    .option('--with <file>', 'corrected bytes for one letter; the original is kept')
    .option('--force', 'also what is quarantined or discarded, by id or with --status; needs --reason')
    .option('--reason <text>', 'why; it goes into the audit')
    .addOption(new Option('--command-id <id>', 'go on with a command: what it tried is not tried again'))
    .action(async (ids: string[], flags: Flags, self: Command) => {
      const input = inputOf(ids, flags);
      const client = cli.client();
      if (!flags.dryRun) {
        const count = await client.countDeadLetters(selectionIn(input));
        await cli.confirm(`redrive ${String(count)} dead letters`, flags.yes === true);
      }
      const output = cli.output(self);
      await forEachResult(cli, output, client.redriveDeadLetters(input), {
        text: renderRedriven,
        name: ({ id }) => id,
        exit: exitOf,
      });
    });
  addExamples(
    command,
    'reelway dlq redrive 17 --dry-run',
    'reelway dlq redrive --code SCHEMA_INVALID --since 2h --yes',
    'reelway dlq redrive 17 --with corrected.json --reason "resolution was a number" --yes',
    'reelway dlq redrive 17 --force --reason "the schema allows it now" --yes',
  );
}

/** By filter, only what is open is tried unless another status is asked for. */
function inputOf(ids: string[], flags: Flags): Omit<RedriveInput, 'actor'> {
  const {
    quarantine,
    status = quarantine ? 'quarantined' : 'open',
    dryRun,
    force,
    rate,
    reason,
    commandId = randomUUID(),
    with: file,
  } = flags;
  const selection = selectionOf(ids, flags);
  return {
    ...selection,
    ...(selection.filter && { filter: { ...selection.filter, status } }),
    ...(dryRun && { dryRun }),
    ...(force && { force }),
    ...(reason !== undefined && { reason }),
    ...(file !== undefined && { correction: readPayload(file) }),
    ...{ rate, commandId },
  };
}

const EXITS: Partial<Record<RedriveResult['outcome'], ExitCode>> = {
  dead: EXIT.failed,
  missing: EXIT.notFound,
  refused: EXIT.refused,
};

const exitOf = ({ outcome }: RedriveResult): ExitCode => EXITS[outcome] ?? EXIT.done;
