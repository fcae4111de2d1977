import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import { ANSWER_WITHIN_MS } from '../../operations/admin/operation';
import { beforeTimeout } from '../../operations/within';
import { assertPlain } from '../plain';
import type { RateLimit } from '../rate-limit';
import type { ServiceGate } from './authenticate';
import { parseBodies, type Body } from './body';
import { INGEST, INGEST_PATH, type IngestDeps, type IngestRoute } from './ingest';

export interface InternalApiDeps {
  ingest: IngestDeps;
  gate: ServiceGate;
  limit: RateLimit;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Which service token was shown; '' elsewhere. */
    service: string;
  }
}

/** What other services tell us. Everything below /internal, also what does not exist, needs a service token before anything is looked up. */
export function addInternalApi(server: FastifyInstance, { ingest, gate, limit }: InternalApiDeps): void {
  server.decorateRequest('service', '');
  void server.register(
    (internal, _options, done) => {
      parseBodies(internal);
      internal.addHook('onRequest', (request, _reply, next) => {
        request.service = gate(request);
        limit.take(request.service);
        assertPlain(request);
        next();
      });
      internal.setNotFoundHandler(() => {
        throw new ReelwayError('NOT_FOUND', 'There is no such route.', { hint: 'See /docs.' });
      });
      for (const [name, route] of Object.entries(INGEST)) {
        internal.route({
          method: route.method,
          url: route.path.replace(/\{(\w+)\}/g, ':$1'),
          config: { operation: name },
          handler: async (request, reply) => {
            const { status, answer } = await answered(route, ingest, request);
            return reply.code(status).type('application/json').send(JSON.stringify(answer));
          },
        });
      }
      done();
    },
    { prefix: INGEST_PATH },
  );
}

/** What hangs is told as unreachable: whether it was stored is not known, and the same request again changes nothing. */
const answered = (route: IngestRoute, deps: IngestDeps, request: FastifyRequest) => {
  const { raw, json } = bodyOf(request);
  const { id = '' } = request.params as { id?: string };
  const work = route.run(deps, { id, raw, json, service: request.service, headers: request.raw.rawHeaders });
  return beforeTimeout(
    ANSWER_WITHIN_MS,
    work,
    () => new ReelwayError('SERVICE_UNREACHABLE', `There was no answer within ${String(ANSWER_WITHIN_MS / 1_000)} s.`),
  );
};

function bodyOf({ body }: FastifyRequest): Body {
  if (typeof body === 'object' && body !== null && 'raw' in body) return body as Body;
  throw new ReelwayError('MEDIA_TYPE_UNSUPPORTED', 'There is no body of JSON.');
}
