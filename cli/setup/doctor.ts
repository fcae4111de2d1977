import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { EXIT } from '../exit';
import { printable, shortened, table } from '../render/text';

const MAX_DETAIL = 100;

export function addDoctor(parent: Command, cli: Cli): void {
  const command = parent
    .command('doctor')
    .description('Look at every service, tool and file that Reelway needs; exit 1 where something is wrong.')
    .action(async (_flags: object, self: Command) => {
      const client = cli.client();
      const checks = await client.doctor();
      cli.output(self).many(checks, ({ green, red }) =>
        table(
          ['CHECK', 'STATE', 'MS', 'DETAIL', 'NEXT'],
          checks.map(({ name, ok, ms, detail, next }) => [
            name,
            ok ? green('ok') : red('bad'),
            String(ms),
            shortened(printable(detail), MAX_DETAIL),
            next ?? '-',
          ]),
        ),
      );
      if (checks.some((check) => !check.ok)) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway doctor', 'reelway doctor -o jsonl | jq "select(.ok | not)"');
}
