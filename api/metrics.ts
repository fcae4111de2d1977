import { Counter, Gauge, Histogram, type Registry } from '../platform/metrics';

export interface ApiMetrics {
  onAnswered(route: string, status: number, seconds: number): void;
  /** A viewer asked for visible content that has no manifest. */
  onManifestMissing(): void;
}

/** From a row of Postgres to a command that waits for its run. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

export function createApiMetrics(registry: Registry, isTokenFileBroken: () => boolean): ApiMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'reelway_api_requests_total',
    help: 'Requests by operation and status; operation "-" where none was reached.',
    labelNames: ['operation', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'reelway_api_request_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  });
  new Gauge({
    name: 'reelway_api_token_file_broken',
    help: '1 while the token file cannot be used and the tokens read before stay in use.',
    registers,
    collect() {
      this.set(Number(isTokenFileBroken()));
    },
  });
  const missing = new Counter({
    name: 'reelway_playback_manifest_missing_total',
    help: 'Viewers who asked for visible content that has no manifest.',
    registers,
  });
  return {
    onManifestMissing: () => {
      missing.inc();
    },
    onAnswered: (operation, status, took) => {
      requests.inc({ operation, status: String(status) });
      seconds.observe({ operation }, took);
    },
  };
}
