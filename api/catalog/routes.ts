import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ReelwayError } from '../../contracts/model/errors';
import { ANSWER_WITHIN_MS } from '../../operations/admin/operation';
import type { OperationsDeps } from '../../operations/deps';
import {
  FURTHEST,
  MOST_LISTED,
  ratings,
  trending,
  type RankedContent,
  type RankingInput,
} from '../../operations/engagement/trending';
import { parseInput } from '../../operations/input';
import { playback, type Caching, type PlaybackDeps } from '../../operations/assets/playback';
import { beforeTimeout } from '../../operations/within';
import { toApiError } from '../errors';

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

export type CatalogDeps = PlaybackDeps & Pick<OperationsDeps, 'redis'>;

/** Text of a query that is a whole number; for the document it is that number. */
const whole = (least: number, most: number, description: string) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${String(least)} to ${String(most)}`,
    )
    .optional()
    .meta({ type: 'integer', minimum: least, maximum: most, description });

const DEFAULT_LIMIT = 20;
const page = {
  limit: whole(1, MOST_LISTED, `at most so many; default ${String(DEFAULT_LIMIT)}`),
  offset: whole(0, FURTHEST, 'visible contents to pass over; default 0. What is further down is not listed'),
};

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
  trending: {
    path: '/trending',
    about: 'Visible contents by what they score, the highest first.',
    query: page,
    run: async (deps, request) => listed(await trending(deps, pageOf(request))),
  },
  ratings: {
    path: '/ratings',
    about: 'Visible contents by their mean rating, the highest first; those that nobody rated are not in it.',
    query: page,
    run: async (deps, request) => listed(await ratings(deps, pageOf(request))),
  },
} as const satisfies Record<string, CatalogRoute>;

/** As with playback: what is NG or age-gated stays out of caches that everybody shares. */
const listed = (contents: RankedContent[]): { answer: object; caching: Caching } => ({
  answer: { contents },
  caching: contents.some(({ residency, ageGated }) => residency === 'NG' || ageGated) ? 'viewer' : 'everybody',
});

function pageOf({ query }: FastifyRequest): RankingInput {
  const { limit = String(DEFAULT_LIMIT), offset = '0' } = parseInput(z.strictObject(page), query);
  return { limit: Number(limit), offset: Number(offset) };
}

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
    route.run(deps, request).catch(forViewers),
    () => new ReelwayError('SERVICE_UNREACHABLE', 'There was no answer in time.'),
  );
  const body = JSON.stringify(found.answer);
  const etag = `"${hash('sha256', body, 'base64url')}"`;
  void reply.header('cache-control', CACHE_CONTROL[found.caching]).type('application/json');
  if (found.caching === 'nobody') return reply.send(body);
  void reply.header('etag', etag);
  return isKnown(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body);
}

/** Anybody reads the answer: which server is away, and at which address, stands in the log. */
function forViewers(thrown: unknown): never {
  const error = toApiError(thrown);
  if (error.code !== 'SERVICE_UNREACHABLE') throw error;
  throw new ReelwayError('SERVICE_UNREACHABLE', undefined, { hint: 'Ask again in a moment.', cause: error });
}

/** RFC 9110, 13.1.2: weak comparison, a list, or anything. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
