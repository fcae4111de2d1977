import { randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { ReelwayError } from '../contracts/model/errors';
import type { AdminDeps } from '../operations/admin/operation';
import type { Registry } from '../platform/metrics';
import type { TokenBook } from '../platform/tokens/token-book';
import { createAssetIntake } from '../operations/assets/intake';
import { createMetricsIntake } from '../operations/engagement/metrics-intake';
import { addAdminApi } from './admin/routes';
import { addCatalogApi } from './catalog/routes';
import { addDocs } from './docs/pages';
import { createServiceGate } from './internal/authenticate';
import { addInternalApi } from './internal/routes';
import { createApiMetrics, type ApiMetrics } from './metrics';
import { createRateLimit } from './rate-limit';
import { refusal, refuseConnection } from './refuse';

/** A corrected record of 1 MiB as base64, with its reason, fits; nothing else comes near. */
const BODY_BYTES = 2 * 1024 * 1024;
/** The longest ids and filters fit many times. */
const HEADER_BYTES = 16 * 1024;
/** Headers and body; who sends slower holds a connection for nothing. */
const ARRIVES_WITHIN_MS = 10_000;
const HEADERS_WITHIN_MS = 5_000;
/** Node looks for requests that take too long only so often. */
const LOOK_EVERY_MS = 1_000;

export interface ApiDeps {
  operations: AdminDeps;
  tokens: TokenBook;
  /** One, or two while services change from one to the other. */
  serviceTokens: readonly string[];
  registry: Registry;
}

export interface Api {
  /** "http://127.0.0.1:8460" */
  url: string;
  /** Takes nothing new, lets requests under way end; streams end after the result in hand. */
  close(): Promise<void>;
}

/** Serves admins below /admin/v1, services below /internal and viewers below /catalog. Throws CONFIG_INVALID where it cannot listen. */
export async function startApi(deps: ApiDeps): Promise<Api> {
  const { pool } = deps.operations;
  const { api: config, cdnBase } = deps.operations.config;
  const stopping = new AbortController();
  const metrics = createApiMetrics(deps.registry, () => deps.tokens.trouble() !== null);
  const server = createServer(deps, metrics, stopping.signal);
  addDocs(server);
  addAdminApi(server, {
    ...deps,
    stopping: stopping.signal,
    limit: createRateLimit(config.requestsPerMinute),
  });
  addInternalApi(server, {
    ingest: { pool, assets: createAssetIntake(pool), metrics: createMetricsIntake(pool) },
    gate: createServiceGate(deps.serviceTokens),
    limit: createRateLimit(config.serviceRequestsPerMinute),
  });
  addCatalogApi(server, {
    ...{ pool, redis: () => deps.operations.redis(), cdnBase },
    onManifestMissing: () => {
      metrics.onManifestMissing();
    },
  });
  const url = await server.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
    const at = `${config.host}:${String(config.port)}`;
    throw new ReelwayError('CONFIG_INVALID', `REELWAY_API_PORT: cannot listen on ${at}.`, { cause });
  });
  return {
    url,
    close: async () => {
      stopping.abort();
      // From here on Node looks no longer for requests that take too long to arrive.
      const cut = setTimeout(() => server.server.closeAllConnections(), ARRIVES_WITHIN_MS);
      await server.close().finally(() => {
        clearTimeout(cut);
      });
    },
  };
}

function createServer({ operations }: ApiDeps, metrics: ApiMetrics, stopping: AbortSignal): FastifyInstance {
  const refuse = refusal(operations.log);
  const server = fastify({
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES,
    requestTimeout: ARRIVES_WITHIN_MS,
    http: {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_WITHIN_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
    },
    routerOptions: { maxParamLength: HEADER_BYTES },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
    // A path with half an escape, which no route can be found for.
    frameworkErrors: refuse,
  });
  // Text would be taken for a body of its own kind.
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    done(stopping.aborted ? new ReelwayError('SERVICE_UNREACHABLE', 'The API is stopping.') : undefined);
  });
  server.setNotFoundHandler(() => {
    throw new ReelwayError('NOT_FOUND', 'There is no such route.', { hint: 'See /docs.' });
  });
  server.setErrorHandler(refuse);
  observe(server, operations, metrics);
  return server;
}

/** One line and one figure per request; what a stranger wrote into its path stands in neither. */
function observe(server: FastifyInstance, { log }: AdminDeps, metrics: ApiMetrics): void {
  // Nothing in this line can be a secret, and looking for one took an eighth of a request's time.
  const requests = log.child({}, { redact: [] });
  server.addHook('onResponse', (request, reply, done) => {
    const { operation = '-' } = request.routeOptions.config as { operation?: string };
    const { statusCode: status, elapsedTime } = reply;
    metrics.onAnswered(operation, status, elapsedTime / 1_000);
    const { actor = request.service === '' ? null : request.service, tokenId = null } = request.caller ?? {};
    requests.info({ operation, status, ms: Math.round(elapsedTime), actor, tokenId, requestId: request.id }, 'request');
    done();
  });
}
