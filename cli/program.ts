import { Command, Option } from 'commander';
import type { Cli } from './cli';
import { addAssetCommands } from './assets/index';
import { addBulk } from './bulk/index';
import { addCompletion } from './completion/index';
import { addContentCommands } from './content/index';
import { addGc } from './gc';
import { addDeadLetterCommands } from './dlq/index';
import { addDeployCommands } from './deploy/index';
import { FORMATS, type Streams } from './output';
import { addTrending } from './trending';
import { printable } from './render/text';
import { addProcessCommands } from './processes/index';
import { addQueues } from './queues';
import { addReconcile } from './reconcile';
import { addSetupCommands } from './setup/index';
import { VERSION } from './version';

const EXIT_CODES = `
Exit codes:
  0  done
  1  the command worked, the thing asked about failed or needs somebody
  2  usage or configuration
  3  a service is unreachable, or an answer did not come in time
  4  not found
  5  refused in this state

Addresses come from REELWAY_… variables, else from .local/stack.json of a stack that runs in this project. With
REELWAY_API_URL and REELWAY_API_TOKEN (or REELWAY_API_TOKEN_FILE) commands go through the admin API.`;

/** The whole command line; parser, help and docs/cli.md are all made from it. */
export function createProgram(cli: Cli, streams: Streams): Command {
  const program = new Command('reelway')
    .description('Takes uploaded video and audio from upload to publication.')
    .version(VERSION)
    .addOption(new Option('-o, --output <format>', 'form of the data on stdout').choices(FORMATS).default('text'))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      // The parser repeats what it was given.
      outputError: (text, write) => {
        write(`${text.trimEnd().split('\n').map(printable).join('\n')}\n`);
      },
    })
    .showHelpAfterError('  next: add --help to see what is allowed')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  addContentCommands(program, cli);
  addBulk(program, cli);
  addDeadLetterCommands(program, cli);
  addAssetCommands(program, cli);
  addQueues(program, cli);
  addReconcile(program, cli);
  addGc(program, cli);
  addTrending(program, cli);
  addSetupCommands(program, cli);
  addDeployCommands(program, cli);
  addProcessCommands(program, cli);
  addCompletion(program, cli);
  return program;
}
