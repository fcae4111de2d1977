import { Option, type Command } from 'commander';
import { CONTENT_TYPES, RESIDENCIES, STAGES, STATUSES } from '../../contracts/model/status';
import type { ListInput } from '../../operations/list';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { renderList } from '../render/list';

interface Flags {
  stage?: NonNullable<ListInput['stage']>;
  status?: NonNullable<ListInput['status']>;
  attention?: true;
  creator?: string;
  residency?: NonNullable<ListInput['residency']>;
  type?: NonNullable<ListInput['contentType']>;
  limit: number;
  after?: string;
}

const DEFAULT_LIMIT = 50;

export function addList(parent: Command, cli: Cli): void {
  const command = parent
    .command('list')
    .description('List contents, newest change first.')
    .addOption(new Option('--stage <stage>', 'in this stage').choices(STAGES))
    .addOption(new Option('--status <status>', 'in this status').choices(STATUSES))
    .option('--attention', 'only what needs an admin')
    .option('--creator <id>', 'of this creator')
    .addOption(new Option('--residency <residency>', 'of this residency').choices(RESIDENCIES))
    .addOption(new Option('--type <type>', 'of this type').choices(CONTENT_TYPES))
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--after <cursor>', 'the next page, with the cursor an earlier page named')
    .action(async (flags: Flags, self: Command) => {
      const client = cli.client();
      const { contents, next } = await client.list(inputOf(flags));
      const output = cli.output(self);
      output.many(contents, (style) => renderList(contents, Date.now(), style));
      if (next !== null) output.say(`there is more: --after ${next}`);
    });
  addExamples(
    command,
    'reelway content list --attention',
    'reelway content list --status AWAITING_REVIEW --residency NG',
    'reelway content list -o jsonl --limit 1000 | jq -r .contentId',
  );
}

const inputOf = ({ attention, creator, type, ...same }: Flags): ListInput => ({
  ...same,
  ...(attention && { attention }),
  ...(creator !== undefined && { creatorId: creator }),
  ...(type && { contentType: type }),
});
