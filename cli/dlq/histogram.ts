import type { Command } from 'commander';
import { addExamples, positive } from '../arguments';
import type { Cli } from '../cli';
import { renderHours } from '../render/dead-letter-hours';
import { addFilterFlags, filterOf, type FilterFlags } from './filters';

interface Flags extends FilterFlags {
  limit: number;
}

const DEFAULT_LIMIT = 200;

export function addDeadLetterHistogram(parent: Command, cli: Cli): void {
  const command = parent.command('histogram').description('Count dead letters per topic, code and hour.');
  addFilterFlags(command)
    .option('--limit <n>', 'at most so many bars, of the newest hours', positive, DEFAULT_LIMIT)
    .action(async (flags: Flags, self: Command) => {
      const client = cli.client();
      const hours = await client.deadLetterHours({ ...filterOf(flags), limit: flags.limit });
      cli.output(self).many(hours, (style) => renderHours(hours, style, flags.limit));
    });
  addExamples(command, 'reelway dlq histogram --since 1d', 'reelway dlq histogram --topic media.transcoded -o json');
}
