import type { Command } from 'commander';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { renderConflicts } from '../render/assets';

interface Flags {
  content?: string;
  limit: number;
  after?: string;
}

const DEFAULT_LIMIT = 50;

export function addAssetConflicts(parent: Command, cli: Cli): void {
  const command = parent
    .command('conflicts')
    .description('Updates that came after a newer one and changed nothing, newest first.')
    .option('--content <id>', 'of this episode')
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--after <id>', 'the next page: the last id of the page before')
    .action(async ({ content, limit, after }: Flags, self: Command) => {
      const conflicts = await cli.client().assetConflicts({
        ...(content !== undefined && { episodeId: content }),
        ...(after !== undefined && { after }),
        limit,
      });
      const output = cli.output(self);
      output.many(conflicts, () => renderConflicts(conflicts, Date.now()));
      const last = conflicts.at(-1);
      if (last && conflicts.length === limit) output.say(`there may be more: --after ${last.id}`);
    });
  addExamples(
    command,
    'reelway assets conflicts',
    'reelway assets conflicts --content 3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11 -o json',
  );
}
