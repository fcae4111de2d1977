import type { FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import type { AnyOperation } from '../../operations/admin';
import { fieldsOf } from './schema';

/** One object of path, query and body; whether it is right, the schema of the operation says. Throws what Fastify would. */
export function inputOf(entry: AnyOperation, request: FastifyRequest): Record<string, unknown> {
  const path = request.params as Record<string, string>;
  const rest = entry.method === 'GET' ? queryOf(entry, request.query as Query) : bodyOf(request.body);
  const twice = Object.keys(path).find((name) => Object.hasOwn(rest, name));
  if (twice !== undefined) throw new ReelwayError('INPUT_INVALID', `${twice} stands in the path already`);
  return { ...rest, ...path };
}

type Query = Record<string, string | string[]>;

/** Text becomes what the schema wants of it, where it is written as that; anything else is left for the schema to refuse. */
function queryOf(entry: AnyOperation, query: Query): Record<string, unknown> {
  const fields = fieldsOf(entry);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' ? readAs(fields[name]?.['type'], value) : value,
    ]),
  );
}

function readAs(type: unknown, text: string): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}$/.test(text)) return Number(text);
  return text;
}

function bodyOf(body: unknown): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new ReelwayError('INPUT_INVALID', 'The body must be a JSON object.');
}
