import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ReelwayError } from '../contracts/model/errors';
import { messageOf } from './errors';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Health as the server asks it. live: restart me if false; ready: give me work only if true. */
export interface Health {
  live(): boolean;
  ready(): boolean;
  /** Shown in the answer, for people; must not hold secrets. */
  detail?(): Record<string, unknown>;
}

export interface MetricsServer {
  /** "http://127.0.0.1:40001" */
  url: string;
  close(): Promise<void>;
}

/** A registry with the process's own figures (memory, event loop lag), each named reelway_… */
export function createRegistry(labels: Record<string, string> = {}): Registry {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry, prefix: 'reelway_' });
  return registry;
}

/** Serves /metrics, /health/live and /health/ready (200 or 503). Port 0 picks a free one; see `url`. read: Prometheus text. */
export async function serveMetrics(
  config: { host: string; port: number },
  read: () => Promise<string>,
  health: Health,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    void answer(request, response, read, health);
  });
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${String(port)}`,
    close: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => Promise<string>,
  health: Health,
): Promise<void> {
  try {
    const path = request.url?.split('?')[0];
    if (path === '/metrics') send(response, 200, Registry.PROMETHEUS_CONTENT_TYPE, await read());
    else if (path === '/health/live') sendHealth(response, health.live(), health);
    else if (path === '/health/ready') sendHealth(response, health.ready(), health);
    else send(response, 404, 'text/plain', 'Try /metrics, /health/live or /health/ready\n');
  } catch (error) {
    send(response, 500, 'text/plain', `${messageOf(error)}\n`);
  }
}

function sendHealth(response: ServerResponse, ok: boolean, health: Health): void {
  send(response, ok ? 200 : 503, 'application/json', JSON.stringify({ ok, ...health.detail?.() }));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const at = `${host}:${String(port)}`;
      reject(new ReelwayError('CONFIG_INVALID', `REELWAY_METRICS_PORT: cannot listen on ${at}: ${error.message}`));
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    // A scraper keeps its connection open; waiting for it would hold the drain up.
    server.closeAllConnections();
  });
}
