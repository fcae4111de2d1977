import type { Command } from 'commander';
import { addExamples } from './arguments';
import type { Cli } from './cli';

export function addTrending(parent: Command, cli: Cli): void {
  const trending = parent.command('trending').description('The sorted sets of contents in Redis.');
  const command = trending
    .command('rebuild')
    .description('Make catalog:trending and catalog:ratings anew from Postgres; a running projector does it.')
    .option('--reason <text>', 'why; it goes into the audit')
    .action(async ({ reason }: { reason?: string }, self: Command) => {
      const rebuilt = await cli.client().rebuildTrending(reason === undefined ? {} : { reason });
      cli.output(self).one(rebuilt, () => [`made anew with ${String(rebuilt.members)} contents`]);
    });
  addExamples(command, 'reelway trending rebuild', 'reelway trending rebuild --reason "Redis was restored" -o json');
}
