import type { Command } from 'commander';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { renderDeployment } from '../render/deployment';

export function addDeployRollback(parent: Command, cli: Cli): void {
  const command = parent
    .command('rollback')
    .description('Take back the last step: end a ramp, else make the build current again that was so before.')
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .option('--yes', 'do not ask')
    .action(async ({ reason, yes = false }: { reason: string; yes?: boolean }, self: Command) => {
      const client = cli.client();
      await cli.confirm('take back the last ramp or promotion', yes);
      const deployment = await client.rollBack({ reason });
      cli.output(self).one(deployment, (style) => renderDeployment(deployment, Date.now(), style));
    });
  addExamples(command, 'reelway deploy rollback --reason "renditions failed" --yes');
}
