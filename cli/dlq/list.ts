import type { Command } from 'commander';
import type { DeadLetterInput } from '../../operations/dead-letters';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { renderDeadLetters } from '../render/dead-letters';

interface Flags {
  topic?: string;
  code?: string;
  content?: string;
  limit: number;
}

const DEFAULT_LIMIT = 50;

export function addDeadLetterList(parent: Command, cli: Cli): void {
  const command = parent
    .command('list')
    .description('List dead letters, newest first.')
    .option('--topic <name>', 'of this topic')
    .option('--code <code>', 'with this code')
    .option('--content <id>', 'about this content')
    .option('--limit <n>', 'at most so many', positive, DEFAULT_LIMIT)
    .action(async (flags: Flags, self: Command) => {
      const client = cli.client();
      const { content, ...same } = flags;
      const input: DeadLetterInput = content === undefined ? same : { ...same, contentId: content };
      const letters = await client.deadLetters(input);
      cli.output(self).many(letters, () => renderDeadLetters(letters, Date.now()));
    });
  addExamples(command, 'reelway dlq list --code SCHEMA_INVALID', 'reelway dlq list --content bunny -o json');
}
