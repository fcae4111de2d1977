import { Command } from 'commander';
import { fetchCommand } from './commands/fetch';
import { reportFailure } from './commands/report-failure';
import { stackCommand } from './commands/stack';
import { startCommand } from './commands/start';

const program = new Command('local')
  .description('The servers and tools of a development machine.')
  .addCommand(startCommand())
  .addCommand(stackCommand())
  .addCommand(fetchCommand());

program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => process.exit(reportFailure(error)),
);
