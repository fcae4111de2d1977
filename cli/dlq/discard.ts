import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import type { DiscardResult } from '../../operations/dead-letters-discard';
import { addCommandFlags, addExamples, type CommandFlags } from '../arguments';
import type { Cli } from '../cli';
import { forEachResult } from '../each';
import { EXIT, type ExitCode } from '../exit';
import { renderDiscarded } from '../render/dead-letter-results';
import { addSelectionFlags, selectionIn, selectionOf, type FilterFlags, type PageFlags } from './filters';

interface Flags extends FilterFlags, PageFlags, CommandFlags {
  all?: true;
  dryRun?: true;
  yes?: true;
}

export function addDeadLetterDiscard(parent: Command, cli: Cli): void {
  const command = parent
    .command('discard')
    .description('Give dead letters up: they are no longer listed as open. Their bytes stay.')
    .argument('[ids...]', 'ids from dlq list; none: those of the filter');
  addSelectionFlags(command)
    .option('--all', 'all that are open or quarantined, without a filter')
    .option('--dry-run', 'say what would happen to each; nothing is changed')
    .option('--yes', 'do not ask');
  addCommandFlags(command).action(async (ids: string[], flags: Flags, self: Command) => {
    const { reason, commandId = randomUUID(), dryRun } = flags;
    const input = { ...selectionOf(ids, flags), reason, commandId, ...(dryRun && { dryRun }) };
    const client = cli.client();
    if (!dryRun) {
      const count = await client.countDeadLetters(selectionIn(input));
      await cli.confirm(`discard ${String(count)} dead letters`, flags.yes === true);
    }
    const output = cli.output(self);
    await forEachResult(cli, output, client.discardDeadLetters(input), {
      text: renderDiscarded,
      name: ({ id }) => id,
      exit: exitOf,
    });
  });
  addExamples(
    command,
    'reelway dlq discard 17 --reason "a test of the producer" --yes',
    'reelway dlq discard --topic media.transcoded --code NOT_JSON --until 7d --reason "known noise" --yes',
  );
}

const EXITS: Partial<Record<DiscardResult['outcome'], ExitCode>> = { missing: EXIT.notFound, refused: EXIT.refused };

const exitOf = ({ outcome }: DiscardResult): ExitCode => EXITS[outcome] ?? EXIT.done;
