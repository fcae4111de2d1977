import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';

export function addMigrate(parent: Command, cli: Cli): void {
  const command = parent
    .command('migrate')
    .description('Bring the database to this version and register the search attributes; safe to repeat.')
    .action(async (_flags: object, self: Command) => {
      const setup = cli.setup();
      const done = await setup.migrate();
      const lines = [
        ...done.migrations.map((name) => `applied ${name}`),
        ...done.searchAttributes.map((name) => `registered search attribute ${name}`),
        ...done.schedules.map((name) => `made schedule ${name}`),
      ];
      cli.output(self).one(done, () => (lines.length === 0 ? ['nothing to do: all is at this version'] : lines));
    });
  addExamples(command, 'reelway migrate');
}
