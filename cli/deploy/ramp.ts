import { InvalidArgumentError, type Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderDeployment } from '../render/deployment';

interface Flags {
  percent: number;
  reason: string;
}

export function addDeployRamp(parent: Command, cli: Cli): void {
  const command = parent
    .command('ramp')
    .description('Let a share of the runs go on with a build, chosen by their ids; 0 takes them back.')
    .argument('<build>', 'from deploy status')
    .requiredOption('--percent <n>', 'of the runs, 0 to 100', percent)
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .action(async (buildId: string, flags: Flags, self: Command) => {
      const deployment = await cli.client().ramp({ buildId, ...flags });
      cli.output(self).one(deployment, (style) => renderDeployment(deployment, Date.now(), style));
    });
  addExamples(command, 'reelway deploy ramp 3f2a9c01be77 --percent 5 --reason "first look"');
}

function percent(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}(\.\d+)?$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 100.');
}
