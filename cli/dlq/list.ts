import type { Command } from 'commander';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { renderDeadLetters } from '../render/dead-letters';
import { addFilterFlags, filterOf, type FilterFlags } from './filters';

interface Flags extends FilterFlags {
  limit: number;
  after?: string;
}

const DEFAULT_LIMIT = 50;

export function addDeadLetterList(parent: Command, cli: Cli): void {
  const command = parent.command('list').description('List dead letters, newest first.');
  addFilterFlags(command)
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--after <id>', 'the next page: the last id of the page before')
    .action(async (flags: Flags, self: Command) => {
      const client = cli.client();
      const { limit, after } = flags;
      const letters = await client.deadLetters({ ...filterOf(flags), limit, ...(after !== undefined && { after }) });
      const output = cli.output(self);
      output.many(letters, () => renderDeadLetters(letters, Date.now()));
      const last = letters.at(-1);
      if (last && letters.length === limit) output.say(`there may be more: --after ${last.id}`);
    });
  addExamples(
    command,
    'reelway dlq list --code SCHEMA_INVALID --since 2h',
    'reelway dlq list --content bunny -o json',
    'reelway dlq list --status quarantined',
  );
}
