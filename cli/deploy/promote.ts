import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderDeployment } from '../render/deployment';

export function addDeployPromote(parent: Command, cli: Cli): void {
  const command = parent
    .command('promote')
    .description('Make a build current: every run goes on with it, from its next task.')
    .argument('<build>', 'from deploy status')
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .action(async (buildId: string, { reason }: { reason: string }, self: Command) => {
      const deployment = await cli.client().promote({ buildId, reason });
      cli.output(self).one(deployment, (style) => renderDeployment(deployment, Date.now(), style));
    });
  addExamples(command, 'reelway deploy promote 3f2a9c01be77 --reason "a day at 5 percent was quiet"');
}
