import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import { operationEntries, type AnyOperation } from '../../operations/admin';
import { ADMIN_PATH, ANSWER_WITHIN_MS, perform, type AdminDeps } from '../../operations/admin/operation';
import type { TokenBook } from '../../platform/tokens/token-book';
import { openApiDocument } from '../docs/openapi';
import { assertPlain } from '../plain';
import type { RateLimit } from '../rate-limit';
import { authenticate } from './authenticate';
import { inTime } from './in-time';
import { inputOf } from './input';
import { STREAM_TYPE, streamOf } from './stream';

export interface AdminApiDeps {
  operations: AdminDeps;
  tokens: TokenBook;
  limit: RateLimit;
  stopping: AbortSignal;
}

/** A route per operation of the table, below /admin/v1. Everything there, also what does not exist, needs a token. */
export function addAdminApi(server: FastifyInstance, deps: AdminApiDeps): void {
  server.decorateRequest('caller', null);
  void server.register(
    (admin, _options, done) => {
      admin.addHook('onRequest', (request, _reply, next) => {
        const caller = authenticate(request, deps.tokens);
        request.caller = caller;
        deps.limit.take(caller.tokenId);
        assertPlain(request);
        next();
      });
      admin.setNotFoundHandler(() => {
        throw new ReelwayError('NOT_FOUND', 'There is no such route.', { hint: `See ${ADMIN_PATH}/openapi.json.` });
      });
      for (const [name, entry] of operationEntries()) {
        admin.route({
          method: entry.method,
          url: entry.path.replace(/\{(\w+)\}/g, ':$1'),
          config: { operation: name },
          handler: (request, reply) => answer(entry, deps, request, reply),
        });
      }
      admin.get('/openapi.json', { config: { operation: 'openapi' } }, () => openApiDocument());
      done();
    },
    { prefix: ADMIN_PATH },
  );
}

async function answer(
  entry: AnyOperation,
  { operations, stopping }: AdminApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (!request.caller) throw new ReelwayError('UNAUTHENTICATED');
  const input = inputOf(entry, request);
  const work = perform(entry, operations, request.caller, input);
  void reply.code(entry.status ?? 200);
  if (entry.stream) {
    void reply.type(STREAM_TYPE);
    return streamOf(work as AsyncIterable<unknown>, request.id, stopping);
  }
  const found = await inTime(entry.withinMs ?? ANSWER_WITHIN_MS, input['commandId'], work as Promise<unknown>);
  void reply.type('application/json');
  return JSON.stringify(found);
}
