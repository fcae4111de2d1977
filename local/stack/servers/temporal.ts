import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../../contracts/model/search-attributes';
import type { Context } from '../parts/part';
import { HOST } from '../ports';
import type { ServerSpec } from '../process/server-process';
import type { StackInfo } from '../types';

/** Where people know to look for them; for the stack of the project only, not for the many of the tests. */
const WELL_KNOWN = { server: 7233, ui: 8233 };
const NAMESPACE = 'default';
/** Ready in 0.7 s on two idle cores; a busy machine gets much more. */
const READY_WITHIN_MS = 60_000;
const CONNECT_MS = 2_000;

export interface TemporalServer {
  readonly spec: ServerSpec;
  readonly info: StackInfo['temporal'];
  readonly metrics: string;
}

export async function temporalServer(
  binary: string,
  { dir, ports, wellKnownPorts: wellKnown, temporalConfig }: Omit<Context, 'launch'>,
): Promise<TemporalServer> {
  const port = await ports.take('temporal', wellKnown ? WELL_KNOWN.server : undefined);
  const ui = await ports.take('temporal-ui', wellKnown ? WELL_KNOWN.ui : undefined);
  const metrics = await ports.take('temporal-metrics');
  const address = `${HOST}:${String(port)}`;
  return {
    spec: {
      name: 'temporal',
      file: binary,
      args: [
        ...startDev({ port, ui, metrics, database: join(dir.root, 'temporal.sqlite') }),
        ...dynamic(temporalConfig),
      ],
      stopSignal: 'SIGTERM',
      readyWithinMs: READY_WITHIN_MS,
      ready: () => knowsAttributes(address),
    },
    info: { address, namespace: NAMESPACE, ui: `http://${HOST}:${String(ui)}` },
    metrics: `http://${HOST}:${String(metrics)}/metrics`,
  };
}

function startDev(at: { port: number; ui: number; metrics: number; database: string }): string[] {
  return [
    ...['server', 'start-dev', '--ip', HOST, '--port', String(at.port), '--ui-port', String(at.ui)],
    ...['--metrics-port', String(at.metrics), '--db-filename', at.database],
    // Four times the throughput of the defaults; runs still survive kill -9 of the server.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=OFF'],
    // The default of 10 visibility calls a second is soon used up by a page that reloads.
    ...['--dynamic-config-value', 'frontend.namespaceRPS.visibility=100'],
    ...['--dynamic-config-value', 'matching.enableFairness=true'],
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...['--log-format', 'json', '--log-level', 'warn'],
  ];
}

const dynamic = (config: Context['temporalConfig']): string[] =>
  Object.entries(config).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);

/** The port opens before the namespace is there, and the namespace before its search attributes. */
async function knowsAttributes(address: string): Promise<boolean> {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_MS });
  try {
    return await connection.withDeadline(Date.now() + CONNECT_MS, async () => {
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      const known = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
      return Object.keys(SEARCH_ATTRIBUTES).every((name) => name in known.customAttributes);
    });
  } finally {
    await connection.close();
  }
}
