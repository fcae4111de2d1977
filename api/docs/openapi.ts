import { RIGHTS } from '../../contracts/model/rights';
import { operationEntries, type AnyOperation } from '../../operations/admin';
import { ADMIN_PATH } from '../../operations/admin/operation';
import { catalogPaths, ingestPaths, refusals } from './outside';
import { inputSchema, type JsonSchema } from '../admin/schema';
import { STREAM_TYPE } from '../admin/stream';
import { PROBLEM_TYPE, statusOf } from '../problem';

/** Raised in its first number by a change that old callers cannot live with. */
const CONTRACT_VERSION = '1.0.0';

/** What each status of a refusal means to the caller. */
const REFUSALS: [status: number, meaning: string][] = [
  [400, 'The input does not meet the schema.'],
  [401, 'No valid token.'],
  [403, 'The token lacks the right that `right` names.'],
  [404, 'There is no such content, dead letter or route.'],
  [408, 'The request did not arrive within 10 s.'],
  [409, 'Refused in this state; `code` says why.'],
  [412, 'READY without manifest or thumbnail; it is kept for an operator to complete.'],
  [413, 'More than 2 MiB; more than 1 MiB below /internal.'],
  [415, 'Not application/json, or compressed.'],
  [429, 'Too many requests of this token; see Retry-After.'],
  [500, 'Something unexpected; `requestId` finds it in the log.'],
  [503, 'A service behind the API is away, or the API is stopping: nothing was carried out. Send it again.'],
  [statusOf('OUTCOME_UNKNOWN'), 'It may still be carried out. Send it again with the same commandId: it is done once.'],
];

/** The API as OpenAPI 3.1, made from the tables of admin operations, ingest routes and catalogue readers. */
export const openApiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Reelway API',
    version: CONTRACT_VERSION,
    description:
      'Admins below /admin/v1: who asks is the actor of the token; what each right may do stands at each operation. Services below /internal, viewers below /catalog.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  paths: { ...ingestPaths(), ...catalogPaths(), ...adminPaths() },
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer' },
      service: { type: 'apiKey', in: 'header', name: 'x-service-auth', description: 'Bearer TOKEN' },
    },
    schemas: { Problem: PROBLEM },
    responses: Object.fromEntries(
      REFUSALS.map(([status, description]) => [`Refused${String(status)}`, refusal(description)]),
    ),
  },
});

const refusal = (description: string) => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

const TEXT = { type: 'string' };
const PROBLEM = {
  type: 'object',
  description: 'RFC 9457. code: a section of docs/errors.md; hint: what to do next.',
  properties: {
    ...{ type: TEXT, title: TEXT, status: { type: 'integer' }, detail: TEXT },
    ...{ code: TEXT, hint: TEXT, requestId: TEXT },
    right: { type: 'string', enum: RIGHTS, description: 'with RIGHT_MISSING: which one' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'requestId'],
};

function adminPaths(): Record<string, JsonSchema> {
  const found: Record<string, JsonSchema> = {};
  for (const [name, entry] of operationEntries()) {
    const path = ADMIN_PATH + entry.path;
    found[path] = { ...found[path], [entry.method.toLowerCase()]: described(name, entry) };
  }
  return found;
}

function described(name: string, entry: AnyOperation): JsonSchema {
  const { properties, required = [], ...schema } = inputSchema(entry);
  const inPath = [...entry.path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
  const rest = Object.keys(properties).filter((field) => !inPath.includes(field));
  const needed = (required as string[]).filter((field) => rest.includes(field));
  const parameter = (field: string, place: 'path' | 'query') => {
    const { description, ...fieldSchema } = properties[field] ?? {};
    const isRequired = place === 'path' || needed.includes(field);
    return {
      name: field,
      in: place,
      required: isRequired,
      ...(description !== undefined && { description }),
      schema: fieldSchema,
    };
  };
  const isQuery = entry.method === 'GET';
  return {
    operationId: name,
    tags: ['admin'],
    security: [{ token: [] }],
    summary: entry.about,
    description: `Right: ${rightText(entry)}.`,
    parameters: [
      ...inPath.map((field) => parameter(field, 'path')),
      ...(isQuery ? rest.map((field) => parameter(field, 'query')) : []),
    ],
    ...(!isQuery && { requestBody: bodyOf({ ...schema, properties: pick(properties, rest), required: needed }) }),
    responses: responses(entry),
  };
}

const rightText = ({ right, more }: AnyOperation): string => (more ? `${right}; ${more.right} ${more.when}` : right);

const pick = (properties: Record<string, JsonSchema>, names: string[]): Record<string, JsonSchema> =>
  Object.fromEntries(names.map((name) => [name, properties[name] ?? {}]));

const bodyOf = (schema: JsonSchema) => ({ required: true, content: { 'application/json': { schema } } });

const responses = (entry: AnyOperation) => ({
  [String(entry.status ?? 200)]: {
    description: entry.stream
      ? 'A line of JSON per result; {"problem": …} as the last one where it broke off.'
      : 'Done.',
    content: { [entry.stream ? STREAM_TYPE : 'application/json']: {} },
  },
  ...refusals(REFUSALS.map(([status]) => status).filter((status) => status !== ONLY_INGEST)),
});

const ONLY_INGEST = statusOf('FAILED_PRECONDITION');
