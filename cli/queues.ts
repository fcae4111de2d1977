import type { Command } from 'commander';
import { addExamples } from './arguments';
import type { Cli } from './cli';
import { EXIT } from './exit';
import { table } from './render/text';
import { duration } from './render/time';

const MS = 1_000;

export function addQueues(program: Command, cli: Cli): void {
  const command = program
    .command('queues')
    .description(
      'Task queues: who asks for work, what waits and for how long; exit 1 where work waits and nobody asks.',
    )
    .action(async (_flags: object, self: Command) => {
      const client = cli.client();
      const queues = await client.queues();
      cli.output(self).many(queues, ({ red }) =>
        table(
          ['QUEUE', 'KIND', 'WORKERS', 'WAITING', 'OLDEST'],
          queues.map(({ queue, kind, pollers, backlog, oldestSeconds }) => [
            queue,
            kind,
            pollers === 0 ? red('none') : String(pollers),
            String(backlog),
            backlog === 0 ? '-' : duration(oldestSeconds * MS),
          ]),
        ),
      );
      if (queues.some(({ pollers, backlog }) => pollers === 0 && backlog > 0)) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway queues', "reelway queues -o jsonl | jq 'select(.pollers == 0)'");
}
