import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeService } from './compose';
import { eventually } from './eventually';
import type { Image } from './image';
import { WORLD_MARK, type Ended, type ReelwayProcess, type RunResult } from './processes';
import { TestFailure } from './test-failure';
import type { World } from './world';

/** Several processes start at the same time, on a machine that may be busy with ffmpeg. */
const READY_WITHIN_MS = 90_000;

/** A service of the compose file as a plain process. */
export interface ServiceRunner {
  /** Starts the service's own command and resolves when its own health check says so. */
  start(name: string): Promise<ReelwayProcess>;
  /** Exit code of the service's own health check, asked at the address of its process. */
  health(name: string, started: ReelwayProcess): Promise<number | null>;
  /** Runs the service's own command to its end. */
  complete(name: string): Promise<RunResult>;
  /** `docker compose exec NAME COMMAND`. */
  exec(name: string, command: string[]): Promise<RunResult>;
  /** Where a path of the service's container is on this machine. */
  place(name: string, path: string): string;
}

/** The environment of each service as compose gives it, with the table below over it and nothing else. */
export function createServiceRunner(
  world: World,
  services: Record<string, ComposeService>,
  image: Image,
): ServiceRunner {
  const service = (name: string): ComposeService => services[name] ?? { image: '' };
  const place = (name: string, path: string): string => placeOf(world, name, service(name), path);
  const environmentOf = (name: string): Record<string, string> => ({
    ...service(name).environment,
    ...replacements(world, image, name, service(name)),
  });
  const launch = (name: string, command: string[], out: 'pipe' | number): ChildProcess =>
    spawn(command[0] ?? '', command.slice(1), {
      cwd: image.app,
      env: environmentOf(name),
      stdio: ['ignore', out, out],
    });
  const exec = (name: string, command: string[]): Promise<RunResult> => outcome(launch(name, command, 'pipe'));
  const health = async (name: string, { url }: Pick<ReelwayProcess, 'url'>): Promise<number | null> =>
    (await exec(name, healthCommand(service(name), url))).code;
  return {
    ...{ exec, health, place },
    complete: (name) => exec(name, service(name).command ?? []),
    start: async (name) => {
      const logFile = join(world.dirs.logs, `${name}.log`);
      const descriptor = openSync(logFile, 'a');
      const child = launch(name, service(name).command ?? [], descriptor);
      closeSync(descriptor);
      return becomesHealthy(name, child, logFile, health);
    },
  };
}

/** All that differs from the compose file: addresses, paths and secrets. */
function replacements(world: World, image: Image, name: string, service: ComposeService): Record<string, string> {
  const { environment = {}, secrets = [] } = service;
  const at = (path: string): string => placeOf(world, name, service, path);
  const same = (variable: string): string => world.env[variable] ?? '';
  return {
    REELWAY_TEMPORAL_ADDRESS: same('REELWAY_TEMPORAL_ADDRESS'),
    REELWAY_TEMPORAL_NAMESPACE: same('REELWAY_TEMPORAL_NAMESPACE'),
    REELWAY_TEMPORAL_UI: same('REELWAY_TEMPORAL_UI'),
    REELWAY_KAFKA_BROKERS: same('REELWAY_KAFKA_BROKERS'),
    REELWAY_KAFKA_TOPIC_PREFIX: same('REELWAY_KAFKA_TOPIC_PREFIX'),
    REELWAY_KAFKA_GROUP: same('REELWAY_KAFKA_GROUP'),
    REELWAY_POSTGRES_URL: withPassword(same('REELWAY_POSTGRES_URL'), environment['REELWAY_POSTGRES_URL'] ?? ''),
    REELWAY_METRICS_PORT: '0',
    REELWAY_API_PORT: '0',
    REELWAY_OBJECTS_ROOT: at(environment['REELWAY_OBJECTS_ROOT'] ?? ''),
    REELWAY_TEMP_DIR: at(environment['REELWAY_TEMP_DIR'] ?? '/tmp/reelway'),
    // Who is not given the secret looks for it in its usual place, and finds nothing.
    ...(secrets.length > 0 && { REELWAY_KEK_FILE: same('REELWAY_KEK_FILE') }),
    PATH: image.path,
    HOME: at('/home/reelway'),
    [WORLD_MARK]: world.name,
  };
}

/** The local server asks for none, but a password that stands in the URL must not come out anywhere. */
function withPassword(url: string, ofCompose: string): string {
  const own = new URL(url);
  own.password = new URL(ofCompose).password;
  return own.href;
}

/**
 * A volume is a folder that services share; everything else is a folder of the service alone. Of volumes inside one
 * another the outer one counts: plain folders cannot be mounted.
 */
function placeOf(world: World, name: string, { volumes = [] }: ComposeService, path: string): string {
  const mount = volumes
    .filter(({ target }) => path === target || path.startsWith(`${target}/`))
    .sort((a, b) => a.target.length - b.target.length)[0];
  const folder = mount
    ? join(world.dirs.root, 'volumes', mount.source, path.slice(mount.target.length))
    : join(world.dirs.root, 'containers', name, path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** `[CMD, node, -e, …]`, with the address of the process in place of the port in the container. */
const healthCommand = ({ healthcheck }: ComposeService, url: string): string[] =>
  (healthcheck?.test ?? []).slice(1).map((part) => part.replace('127.0.0.1:9464', `127.0.0.1:${new URL(url).port}`));

async function becomesHealthy(
  name: string,
  child: ChildProcess,
  logFile: string,
  health: ServiceRunner['health'],
): Promise<ReelwayProcess> {
  let exited: Ended | null = null;
  child.on('close', (code, signal) => (exited = { code, signal }));
  const log = (): string => readFileSync(logFile, 'utf8');
  const started: ReelwayProcess = {
    ...{ pid: child.pid ?? 0, name, logFile, log, url: '' },
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
    },
    waitForExit: (withinMs) => eventually(`${name} ends`, () => exited, withinMs),
  };
  const seen = await eventually(
    `${name} is healthy`,
    async () => {
      if (exited) return { exited };
      started.url = /"healthUrl":"(http:[^"]+)"/.exec(log())?.[1] ?? '';
      return started.url !== '' && (await health(name, started)) === 0 && { exited: null };
    },
    READY_WITHIN_MS,
  );
  if (seen.exited) throw new TestFailure(`${name} ended early:\n${log().slice(-4_000)}`);
  return started;
}

function outcome(child: ChildProcess): Promise<RunResult> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
}
