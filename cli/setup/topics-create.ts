import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';

export function addTopicsCreate(parent: Command, cli: Cli): void {
  const command = parent
    .command('create')
    .description('Create the topics of the topic table that are missing; those that are there stay as they are.')
    .action(async (_flags: object, self: Command) => {
      const setup = cli.setup();
      const created = await setup.createTopics();
      cli
        .output(self)
        .one({ created }, () =>
          created.length === 0 ? ['nothing to do: all topics are there'] : created.map((topic) => `created ${topic}`),
        );
    });
  addExamples(command, 'reelway topics create');
}
