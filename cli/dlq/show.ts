import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderDeadLetter } from '../render/dead-letters';

export function addDeadLetterShow(parent: Command, cli: Cli): void {
  const command = parent
    .command('show')
    .description('One dead letter with its headers and bytes.')
    .argument('<id>', 'id from dlq list')
    .action(async (id: string, _flags: object, self: Command) => {
      const client = cli.client();
      const letter = await client.deadLetter({ id });
      cli.output(self).one(letter, (style) => renderDeadLetter(letter, Date.now(), style));
    });
  addExamples(command, 'reelway dlq show 17', 'reelway dlq show 17 -o json | jq -r .value');
}
