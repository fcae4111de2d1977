import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ReelwayError } from '../../contracts/model/errors';
import { ANSWER_WITHIN_MS } from '../../operations/admin/operation';
import { playback, type Caching, type PlaybackDeps } from '../../operations/assets/playback';
import { beforeTimeout } from '../../operations/within';

export const CATALOG_PATH = '/catalog';

/** Soon enough for a takedown to be noticed, long enough for a cache to be of use. */
const MAX_AGE_S = 60;

const CACHE_CONTROL: Record<Caching, string> = {
  everybody: `public, max-age=${String(MAX_AGE_S)}`,
  viewer: `private, max-age=${String(MAX_AGE_S)}`,
  nobody: 'no-store',
};

export interface CatalogRoute {
  readonly path: string;
  readonly about: string;
  /** Fields of the query. */
  readonly query?: Record<string, z.ZodType>;
  readonly run: (deps: CatalogDeps, request: FastifyRequest) => Promise<{ answer: object; caching: Caching }>;
}

export type CatalogDeps = PlaybackDeps;

/** What viewers read. The gateway in front knows who they are; here nobody is asked. */
export const CATALOG = {
  playback: {
    path: '/episodes/{id}/playback',
    about: 'What a player needs of a visible episode: its manifest as it was given, poster, captions, age gate.',
    run: async (deps, { params }) => {
      const { id } = params as { id: string };
      const { playback: answer, caching } = await playback(deps, id);
      return { answer, caching };
    },
  },
} as const satisfies Record<string, CatalogRoute>;

export function addCatalogApi(server: FastifyInstance, deps: CatalogDeps): void {
  void server.register(
    (catalog, _options, done) => {
      for (const [name, route] of Object.entries<CatalogRoute>(CATALOG)) {
        catalog.get(route.path.replace(/\{(\w+)\}/g, ':$1'), { config: { operation: name } }, (request, reply) =>
          answer(route, deps, request, reply),
        );
      }
      done();
    },
    { prefix: CATALOG_PATH },
  );
}

async function answer(route: CatalogRoute, deps: CatalogDeps, request: FastifyRequest, reply: FastifyReply) {
  const found = await beforeTimeout(
    ANSWER_WITHIN_MS,
    route.run(deps, request),
    () => new ReelwayError('SERVICE_UNREACHABLE', 'There was no answer in time.'),
  );
  const body = JSON.stringify(found.answer);
  const etag = `"${hash('sha256', body, 'base64url')}"`;
  void reply.header('cache-control', CACHE_CONTROL[found.caching]).type('application/json');
  if (found.caching === 'nobody') return reply.send(body);
  void reply.header('etag', etag);
  return isKnown(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body);
}

/** RFC 9110, 13.1.2: weak comparison, a list, or anything. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
