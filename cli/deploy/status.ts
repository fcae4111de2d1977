import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderDeployment } from '../render/deployment';

export function addDeployStatus(parent: Command, cli: Cli): void {
  const command = parent
    .command('status')
    .description('Which builds there are, which one is current or ramping, and how many workers run each.')
    .action(async (_flags: object, self: Command) => {
      const deployment = await cli.client().deployment();
      cli.output(self).one(deployment, (style) => renderDeployment(deployment, Date.now(), style));
    });
  addExamples(command, 'reelway deploy status', "reelway deploy status -o json | jq -r '.versions[0].buildId'");
}
