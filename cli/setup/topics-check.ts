import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { EXIT } from '../exit';
import { table } from '../render/text';

export function addTopicsCheck(parent: Command, cli: Cli): void {
  const command = parent
    .command('check')
    .description('Compare the topics of the broker with the topic table; exit 1 where they differ.')
    .action(async (_flags: object, self: Command) => {
      const client = cli.client();
      const checks = await client.checkTopics();
      const output = cli.output(self);
      output.many(checks, ({ green, red }) =>
        table(
          ['TOPIC', 'STATE', 'PARTITIONS', 'PROBLEM'],
          checks.map(({ topic, state, partitions, problem }) => [
            topic,
            (state === 'ok' ? green : red)(state),
            partitions === null ? '-' : String(partitions),
            problem ?? '-',
          ]),
        ),
      );
      if (checks.some((check) => check.state === 'missing')) output.say('next: reelway topics create');
      if (checks.some((check) => check.state !== 'ok')) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway topics check');
}
