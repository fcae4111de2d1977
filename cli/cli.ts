import type { Command } from 'commander';
import type { OpenOperations } from '../operations/deps';
import { loadApiPlace, loadConfig, type Config } from '../platform/config';
import { armFaults } from '../platform/faults';
import type { ReelwayClient } from './client';
import { tokenOf } from './api-token';
import { confirm } from './confirm';
import { withLocalStack, type Environment } from './environment';
import { EXIT, type ExitCode } from './exit';
import type { Setup } from './local-client';
import { lazy } from './lazy';
import { createOutput, type Format, type Output, type Streams } from './output';

/** What a command has to work with. Nothing is opened before a command asks for it, so that --help needs nothing. */
export interface Cli {
  readonly env: Environment;
  /** Flags that stand for a variable win over the environment. Throws CONFIG_INVALID. */
  config(flags?: Environment): Config;
  operations(): OpenOperations;
  /** Through the admin API where one is configured, else in this process. */
  client(): ReelwayClient;
  /** What is done to the servers themselves, always in this process. */
  setup(): Setup;
  output(command: Command): Output;
  /** Asks whether to `what`; resolves where that was wanted. Throws USAGE. */
  confirm(what: string, yes: boolean): Promise<void>;
  /** Sets how the process will end; the worst that was set counts. Errors that are thrown set their own. */
  exit(code: ExitCode): void;
}

export interface OpenCli extends Cli {
  exitCode(): ExitCode;
  close(): Promise<void>;
}

export function createCli(env: Environment, streams: Streams): OpenCli {
  let opened: OpenOperations | undefined;
  let exitCode: ExitCode = EXIT.done;
  const config = (flags: Environment = {}): Config => loadConfig({ ...withLocalStack(env), ...flags });
  const operations = (): OpenOperations => (opened ??= openOperations(config()));
  return {
    env,
    config,
    operations,
    client: () => {
      const place = loadApiPlace(env);
      if (!place) return lazy.localClient().createLocalClient(operations());
      return lazy.apiClient().createApiClient(place.url, tokenOf(place));
    },
    setup: () => lazy.localClient().createSetup(operations()),
    output: (command) => createOutput(command.optsWithGlobals<{ output: Format }>().output, streams, env),
    confirm: (what, yes) => confirm(what, yes, streams),
    exit: (code) => {
      if (code > exitCode) exitCode = code;
    },
    exitCode: () => exitCode,
    close: async () => {
      await opened?.close();
    },
  };
}

function openOperations(config: Config): OpenOperations {
  const log = lazy.log().createLog({ level: logLevel(config.log.level) }, { role: 'cli' });
  armFaults(config, log);
  return lazy.deps().openOperations(config, log);
}

/** A command says what matters in its own words; the log lines of the clients are for those who look for a fault. */
const logLevel = (configured: string): string => (isVerbose(configured) ? configured : 'silent');

export const isVerbose = (level: string | undefined): boolean => level === 'debug' || level === 'trace';
