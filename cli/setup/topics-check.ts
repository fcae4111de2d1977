import type { Command } from 'commander';
import { readable, type TopicCheck } from '../../operations/topics';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { EXIT } from '../exit';
import { table, type Style } from '../render/text';

export function addTopicsCheck(parent: Command, cli: Cli): void {
  const command = parent
    .command('check')
    .description('Compare the topics of the broker with the topic table; exit 1 where they differ.')
    .action(async (_flags: object, self: Command) => {
      const client = cli.client();
      const checks = await client.checkTopics();
      const output = cli.output(self);
      output.many(checks, (style) =>
        table(
          ['TOPIC', 'STATE', 'SETTING', 'IS', 'SHOULD BE'],
          checks.flatMap((check) => rowsOf(check, style)),
        ),
      );
      if (checks.some((check) => check.state === 'missing')) output.say('next: reelway topics create');
      if (checks.some((check) => check.state !== 'ok')) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway topics check', 'reelway topics check -o json');
}

/** A line per difference. */
function rowsOf({ topic, state, drift }: TopicCheck, { green, red }: Style): string[][] {
  if (drift.length === 0) return [[topic, (state === 'ok' ? green : red)(state), '-', '-', '-']];
  return drift.map(({ setting, is, should }) => [
    topic,
    red(state),
    setting,
    readable(setting, is),
    readable(setting, should),
  ]);
}
