import { Command } from 'commander';
import { ReelwayError } from '../../contracts/model/errors';
import { reportTo, startStack, type Stack } from '../stack';
import { stackFileContent } from '../stack/stack-file';
import { endOfWork } from './end-of-work';
import { statusCommand } from './stack-status';
import { stopCommand } from './stack-stop';

interface Options {
  readonly dir?: string;
  readonly json?: true;
}

export function stackCommand(): Command {
  return new Command('stack')
    .description('run Temporal, Kafka and Postgres on this machine until Ctrl-C')
    .option('--dir <folder>', 'where the servers keep their data (default: .local/data)')
    .option('--json', 'print the addresses as JSON on stdout once all servers answer')
    .action((options: Options) => runStack(options))
    .addCommand(stopCommand())
    .addCommand(statusCommand());
}

async function runStack({ dir, json }: Options): Promise<void> {
  const end = endOfWork();
  const stack = await startStack({
    ...(dir !== undefined && { dir }),
    progress: reportTo(),
    onUnexpectedExit: (name, lastLines) => end.fail(serverDied(name, lastLines)),
  });
  end.started();
  if (json) process.stdout.write(`${JSON.stringify(stackFileContent(stack))}\n`);
  process.stderr.write(summary(stack));
  try {
    await end.reached;
  } finally {
    process.stderr.write('stops the servers\n');
    await stack.stop();
  }
}

export const serverDied = (name: string, lastLines: string): ReelwayError =>
  new ReelwayError('STACK_FAILED', `${name} ended unexpectedly; its log ends with:\n${lastLines || '(nothing)'}`);

const summary = ({ temporal, kafka, postgres, stackFile }: Stack): string => `
The stack is up. Ctrl-C stops it; data is kept.

  Temporal UI  ${temporal.ui || '(not ours)'}
  Temporal     ${temporal.address}
  Kafka        ${kafka.brokers.join(', ')}
  Postgres     ${postgres.url}
  All of it    ${stackFile}

`;
