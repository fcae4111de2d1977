import { z } from 'zod';
import { CATALOG, CATALOG_PATH, type CatalogRoute } from '../catalog/routes';
import { INGEST, INGEST_PATH, type IngestRoute } from '../internal/ingest';

const OF_EVERY_INGEST = [400, 401, 408, 413, 415, 429, 500, 503] as const;
const OF_EVERY_READER = [400, 404, 500, 503] as const;

/** Routes of other services, from their table. */
export const ingestPaths = () =>
  pathsOf(INGEST_PATH, Object.entries<IngestRoute>(INGEST), (name, route) => ({
    [route.method.toLowerCase()]: {
      operationId: name,
      tags: ['services'],
      security: [{ service: [] }],
      summary: route.about,
      parameters: inPath(route.path),
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
      responses: {
        ...Object.fromEntries(route.statuses.map((status) => [String(status), answer('It is durable.')])),
        ...refusals([...OF_EVERY_INGEST, ...route.refusals].sort((left, right) => left - right)),
      },
    },
  }));

/** What viewers read, from its table. */
export const catalogPaths = () =>
  pathsOf(CATALOG_PATH, Object.entries<CatalogRoute>(CATALOG), (name, route) => ({
    get: {
      operationId: name,
      tags: ['viewers'],
      security: [],
      summary: route.about,
      parameters: [...inPath(route.path), ...queryOf(route)],
      responses: {
        '200': answer('With an ETag where it may be kept.'),
        '304': { description: 'Unchanged.' },
        ...refusals(OF_EVERY_READER),
      },
    },
  }));

const pathsOf = <R extends { path: string }>(
  prefix: string,
  routes: [string, R][],
  item: (name: string, route: R) => object,
) => Object.fromEntries(routes.map(([name, route]) => [prefix + route.path, item(name, route)]));

const answer = (description: string) => ({ description, content: { 'application/json': {} } });

const inPath = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));

const queryOf = ({ query = {} }: CatalogRoute) =>
  Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema: schemaOf(schema) }));

function schemaOf(schema: z.ZodType) {
  const { $schema: _draft, ...plain } = z.toJSONSchema(schema, { io: 'input' });
  return plain;
}

export const refusals = (statuses: readonly number[]) =>
  Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/Refused${String(status)}` }]),
  );
