import { toReelwayError } from '../platform/errors';
import { armFaults } from '../platform/faults';
import { createLog, type Logger } from '../platform/log';
import { createRegistry, serveMetrics, type Registry } from '../platform/metrics';
import type { Config } from '../platform/config';

/** What a process consists of: the worker, the bridge. */
export interface Part {
  name: string;
  live(): boolean;
  ready(): boolean;
  /** What it stopped by itself until a person says otherwise; a line each. */
  held?(): string[];
  /** Takes nothing new, finishes what is under way, closes what it opened. */
  stop(): Promise<void>;
  /** Rejects when it ends by itself. */
  failed: Promise<never>;
}

export interface RoleDeps {
  config: Config;
  log: Logger;
  registry: Registry;
  /** Text that /metrics shows beside the registry. */
  addMetrics: (read: () => Promise<string>) => void;
}

export type StartPart = (deps: RoleDeps) => Promise<Part>;

/** Longer than every drain of a part; whoever asked us to stop would kill us soon after. */
const DRAIN_MS = 28_000;

/**
 * Runs a process from start to drain: log, fault points, health and metrics, parts, signals. Resolves with the exit
 * code: 0 after SIGTERM or SIGINT, 1 when a part ended by itself or did not drain in 28 s. What keeps it from starting
 * is thrown. A second signal ends it at once.
 */
export async function runRole(role: string, config: Config, starts: StartPart[]): Promise<number> {
  const log = createLog(config.log, { role });
  armFaults(config, log);
  process.once('uncaughtExceptionMonitor', (error) => {
    log.fatal({ err: error }, 'uncaught');
  });
  const signalled = awaitSignal(log);
  const parts: Part[] = [];
  const registry = createRegistry({ role });
  const more: (() => Promise<string>)[] = [];
  const isUp = (): boolean => parts.length === starts.length;
  const server = await serveMetrics(
    config.metrics,
    async () => [await registry.metrics(), ...(await Promise.all(more.map((read) => read())))].join('\n'),
    {
      live: () => parts.every((part) => part.live()),
      ready: () => isUp() && parts.every((part) => part.ready()),
      detail: () => ({
        role,
        parts: Object.fromEntries(parts.map((part) => [part.name, part.ready()])),
        held: parts.flatMap((part) => part.held?.() ?? []),
      }),
    },
  );
  log.info({ healthUrl: server.url, metricsUrl: `${server.url}/metrics` }, 'health and metrics are served');
  try {
    const deps: RoleDeps = { config, log, registry, addMetrics: (read) => more.push(read) };
    for (const start of starts) parts.push(await start(deps));
    log.info('started');
    return await runUntilEnd(parts, signalled, log);
  } finally {
    const drained = await drain(parts, log);
    await server.close();
    // eslint-disable-next-line no-unsafe-finally -- a drain that did not end is the outcome
    if (!drained) return 1;
  }
}

async function runUntilEnd(parts: Part[], signalled: Promise<string>, log: Logger): Promise<number> {
  try {
    await Promise.race([signalled, ...parts.map((part) => part.failed)]);
    return 0;
  } catch (error) {
    const known = toReelwayError(error);
    log.fatal({ err: known, code: known.code }, 'a part of the process ended by itself');
    return 1;
  }
}

/** All parts side by side. True when every one of them ended well and in time. */
async function drain(parts: Part[], log: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS, false);
  });
  const stopped = Promise.allSettled(parts.map((part) => part.stop())).then((ends) => {
    const failures = ends.filter((end) => end.status === 'rejected');
    for (const { reason } of failures) log.error({ err: toReelwayError(reason) }, 'a part did not stop well');
    return failures.length === 0;
  });
  const inTime = await Promise.race([stopped, late]);
  clearTimeout(timer);
  log.info({ inTime }, 'drained');
  return inTime;
}

function awaitSignal(log: Logger): Promise<string> {
  return new Promise((resolve) => {
    let seen = 0;
    const onSignal = (signal: NodeJS.Signals): void => {
      log.info({ signal }, 'stopping');
      seen += 1;
      if (seen > 1) process.exit(1);
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
