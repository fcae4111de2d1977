import { join } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { stackEnv, type Stack } from '../stack';
import { dataDir, ROOT, type DataDir } from '../stack/places';
import { tokenLine } from '../../platform/tokens/token';
import { developmentToken } from '../stack/keys';
import { HOST, Ports } from '../stack/ports';
import { ServerProcess, type ServerSpec } from '../stack/process/server-process';
import { readableLog } from './readable-log';
import { stackFileContent, writeStackFile } from '../stack/stack-file';

/** Worker, bridge and admin API of Reelway in a process of their own, beside the servers of a stack. */
export interface ReelwayUp {
  /** Prometheus endpoint. */
  readonly metrics: string;
  /** Where the API listens, and the files with the tokens of its admin and of other services. */
  readonly api: { readonly url: string; readonly tokenFile: string; readonly serviceTokenFile: string };
  readonly log: string;
  /** Resolves when it is ready. Throws STACK_FAILED with the end of its log where it does not get there. */
  start(): Promise<void>;
  /** Lets it drain; also ends a start that is under way. Safe to call twice. */
  stop(): Promise<void>;
}

const NAME = 'up';
/** It loads the SDK and joins a consumer group; on two busy cores that takes a while. */
const READY_WITHIN_MS = 90_000;
const ASK_MS = 2_000;
/** A little more than `reelway up` gives itself to drain. */
const DRAIN_MS = 30_000;

/** The environment of everything of ours that works on this stack: what was set wins where the stack has no say. */
export const reelwayEnv = (stack: Stack): Record<string, string | undefined> => ({
  // One worker for all, so that nothing waits for a worker that nobody started.
  REELWAY_RESIDENCY: 'GLOBAL,NG',
  ...process.env,
  ...stackEnv(stack),
});

/** Not started yet. onDeath hears of an end that nobody asked for. */
export async function prepareUp(stack: Stack, onDeath: (error: ReelwayError) => void): Promise<ReelwayUp> {
  const dir = dataDir(stack.dir);
  const ports = new Ports(dir.ports);
  const port = process.env['REELWAY_METRICS_PORT'] ?? String(await ports.take(NAME));
  const apiPort = String(await ports.take('api'));
  const url = `http://${process.env['REELWAY_METRICS_HOST'] ?? HOST}:${port}`;
  const up: ServerProcess = new ServerProcess(
    specOf(stack, url, { REELWAY_METRICS_PORT: port, ...apiEnv(dir, apiPort) }),
    dir,
    (lastLines) => {
      onDeath(died(up.log, lastLines));
    },
  );
  const signalNow = (): void => up.signalNow();
  process.once('exit', signalNow);
  return {
    metrics: `${url}/metrics`,
    api: { url: `http://${HOST}:${apiPort}`, tokenFile: dir.apiToken, serviceTokenFile: dir.serviceToken },
    log: up.log,
    start: async () => {
      await up.start();
      describe(stack, up.pid, url);
    },
    stop: async () => {
      // A running encode gets time to end; the plain stop of a server would kill it after a third of that.
      await up.stop(DRAIN_MS);
      process.removeListener('exit', signalNow);
    },
  };
}

/** For this machine alone, with tokens of its own, whatever else is set. */
function apiEnv({ apiToken, serviceToken }: DataDir, port: string): Record<string, string> {
  const line = tokenLine('demo', ['admin', 'moderation-skip'], developmentToken(apiToken));
  return {
    ...{ REELWAY_API_HOST: HOST, REELWAY_API_PORT: port, REELWAY_API_TOKENS: line, REELWAY_API_TOKENS_FILE: '' },
    REELWAY_SERVICE_TOKENS: developmentToken(serviceToken),
  };
}

const specOf = (stack: Stack, url: string, own: Record<string, string>): ServerSpec => ({
  name: NAME,
  file: process.execPath,
  args: [join(ROOT, 'bin', 'reelway.js'), NAME],
  env: { ...(reelwayEnv(stack) as Record<string, string>), ...own },
  stopSignal: 'SIGTERM',
  readyWithinMs: READY_WITHIN_MS,
  ready: async () => (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ASK_MS) })).ok,
});

/** Other programs find it in the stack file as they find the servers. */
const describe = (stack: Stack, pid: number, url: string): void => {
  const info = stackFileContent(stack);
  writeStackFile(stack.stackFile, {
    ...info,
    metrics: { ...info.metrics, [NAME]: `${url}/metrics` },
    processes: [...info.processes, { name: NAME, pid }],
  });
};

const died = (log: string, lastLines: string): ReelwayError =>
  new ReelwayError(
    'STACK_FAILED',
    `reelway up ended unexpectedly; ${log} ends with:\n${readableLog(lastLines) || '(nothing)'}`,
  );
