import type { Command } from 'commander';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { addQueryFlags, queryOf, type QueryFlags } from '../content-query';
import { renderList } from '../render/list';

interface Flags extends QueryFlags {
  limit: number;
  after?: string;
}

const DEFAULT_LIMIT = 50;

export function addList(parent: Command, cli: Cli): void {
  const command = addQueryFlags(parent.command('list').description('List contents, newest change first.'))
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--after <cursor>', 'the next page, with the cursor an earlier page named')
    .action(async (flags: Flags, self: Command) => {
      const client = cli.client();
      const { contents, next } = await client.list({
        ...queryOf(flags),
        limit: flags.limit,
        ...(flags.after !== undefined && { after: flags.after }),
      });
      const output = cli.output(self);
      output.many(contents, (style) => renderList(contents, Date.now(), style));
      if (next !== null) output.say(`there is more: --after ${next}`);
    });
  addExamples(
    command,
    'reelway content list --attention',
    'reelway content list --status AWAITING_REVIEW --residency NG',
    'reelway content list --status WAITING --stage moderate --age 2h',
    'reelway content list -o jsonl --limit 1000 | jq -r .contentId',
  );
}
