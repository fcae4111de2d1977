import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from '../platform/log';

export interface TemporalRuntime {
  /** The figures of the SDK in Prometheus text; empty while they cannot be had. */
  metrics(): Promise<string>;
}

const SCRAPE_TIMEOUT_MS = 2_000;
const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** A queue of ours serves workflows or activities on purpose, and every start and stop goes through all states. */
const ROUTINE = /^(Worker state changed|No (Nexus services|workflows|activities) registered)/;

let installed: Promise<TemporalRuntime> | null = null;

/** Once per process: the SDK has one runtime, and refuses a second. Signals stay ours; its own trap would hide them. */
export const installRuntime = (log: Logger): Promise<TemporalRuntime> => (installed ??= install(log));

async function install(log: Logger): Promise<TemporalRuntime> {
  const bindAddress = `127.0.0.1:${String(await freePort())}`;
  Runtime.install({
    shutdownSignals: [],
    logger: createLogger(log),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      // With these three the names are those of the published dashboards.
      metrics: {
        prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
      },
    },
  });
  return { metrics: () => scrape(`http://${bindAddress}/metrics`) };
}

async function scrape(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

function createLogger(log: Logger): RuntimeLogger {
  const at =
    (level: LogLevel) =>
    (message: string, meta?: Record<string | symbol, unknown>): void => {
      log[ROUTINE.test(message) ? 'debug' : LEVELS[level]](meta ?? {}, message);
    };
  return {
    log: (level, message, meta) => {
      at(level)(message, meta);
    },
    trace: at('TRACE'),
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
  };
}

type RuntimeLogger = NonNullable<NonNullable<Parameters<typeof Runtime.install>[0]>['logger']>;

/** The SDK binds its exporter itself and does not tell which port 0 became. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
