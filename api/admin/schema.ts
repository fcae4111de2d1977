import { z } from 'zod';
import type { AnyOperation } from '../../operations/admin';

export type JsonSchema = Record<string, unknown>;

/** JSON Schema of the whole input of an operation. */
export function inputSchema(entry: AnyOperation): JsonSchema & { properties: Record<string, JsonSchema> } {
  const { $schema: _draft, properties = {}, ...schema } = z.toJSONSchema(entry.input, { io: 'input' });
  return { ...schema, properties: properties as Record<string, JsonSchema> };
}

const known = new WeakMap<AnyOperation, Record<string, JsonSchema>>();

/** The fields of an input by name; made once. */
export function fieldsOf(entry: AnyOperation): Record<string, JsonSchema> {
  const fields = known.get(entry) ?? inputSchema(entry).properties;
  known.set(entry, fields);
  return fields;
}
