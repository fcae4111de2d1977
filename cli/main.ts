import { CommanderError } from 'commander';
import { ReelwayError } from '../contracts/model/errors';
import { toReelwayError } from '../platform/errors';
import { createCli, isVerbose } from './cli';
import type { Environment } from './environment';
import { EXIT, exitCodeOf, type ExitCode } from './exit';
import type { Streams } from './output';
import { createProgram } from './program';
import { renderError } from './render/error';
import { styleOf, wantsColour } from './render/text';

/** Runs one command line (without node and script) to its end and gives the exit code; never throws. */
export async function main(args: string[], env: Environment, streams: Streams): Promise<ExitCode> {
  const cli = createCli(env, streams);
  try {
    await createProgram(cli, streams).parseAsync(args, { from: 'user' });
    return cli.exitCode();
  } catch (thrown) {
    return thrown instanceof CommanderError ? exitCodeOfParser(thrown) : report(thrown, env, streams);
  } finally {
    await cli.close();
  }
}

/** The parser has said by now what was wrong; asking for help is no mistake. */
const exitCodeOfParser = (error: CommanderError): ExitCode => (error.exitCode === 0 ? EXIT.done : EXIT.usage);

function report(thrown: unknown, env: Environment, streams: Streams): ExitCode {
  const error = thrown instanceof ReelwayError ? thrown : toReelwayError(thrown);
  const style = styleOf(wantsColour(streams.stderr, env));
  streams.stderr.write(`${renderError(error, style).join('\n')}\n`);
  if (isVerbose(env['REELWAY_LOG_LEVEL']) && error.stack !== undefined) streams.stderr.write(`${error.stack}\n`);
  return exitCodeOf(error.code);
}
