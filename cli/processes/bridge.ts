import type { Command } from 'commander';
import type * as Workers from '../../workers';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { EXIT } from '../exit';
import { renderBridge } from '../render/bridge';
import { endAs } from './flags';

export function addBridge(parent: Command, cli: Cli): void {
  const command = parent
    .command('bridge')
    .description('Run the bridge from Kafka to the runs until SIGTERM or SIGINT, which it drains for.')
    .action(async () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the SDK's worker is loaded by nobody else
      const { runBridge } = require('../../workers') as typeof Workers;
      cli.exit(endAs(await runBridge(cli.config())));
    });
  addExamples(command, 'reelway bridge', 'reelway bridge status');
  addStatus(command, cli);
  addResume(command, cli);
}

function addStatus(parent: Command, cli: Cli): void {
  const command = parent
    .command('status')
    .description('Show how far the bridge is, what waits in its inbox, and what it stopped by itself.')
    .action(async (_flags: object, self: Command) => {
      const status = await cli.client().bridgeStatus();
      cli.output(self).one(status, (style) => renderBridge(status, Date.now(), style));
      if (status.paused.length > 0) cli.exit(EXIT.failed);
    });
  addExamples(command, 'reelway bridge status', 'reelway bridge status -o json');
}

function addResume(parent: Command, cli: Cli): void {
  const command = parent
    .command('resume')
    .description(
      'Go on with what the bridge stopped by itself. Bad records that are in the partition now become dead letters.',
    )
    .argument('<scope>', 'TOPIC/PARTITION, or starts: as bridge status names it')
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .action(async (scope: string, { reason }: { reason: string }, self: Command) => {
      const resumed = await cli.client().resumeBridge({ scope, reason });
      cli.output(self).one(resumed, () => [`${resumed.scope} goes on within 20 s`]);
    });
  addExamples(command, 'reelway bridge resume media.transcoded/3 --reason "the sender is mended"');
}
