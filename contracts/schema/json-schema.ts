import { z } from 'zod';
import { topicRow, type Topic } from '../model/topics';
import { envelopeOf } from './envelope';
import { payloadSchemas } from './payloads';

export type JsonSchema = Record<string, unknown>;
type Draft = 'draft-7' | 'draft-2020-12';

/** The message of a topic in its envelope. Fields that the schema does not name are allowed and ignored. */
export const envelopedSchema = (topic: Topic, target: Draft): JsonSchema =>
  plain(z.toJSONSchema(envelopeOf(payloadSchemas[topic]), { target, io: 'input' }));

/** The body without an envelope; null where the topic does not take one. */
export const flatSchema = (topic: Topic, target: Draft): JsonSchema | null =>
  topicRow(topic).flat === true ? plain(z.toJSONSchema(payloadSchemas[topic], { target, io: 'input' })) : null;

/**
 * docs/schemas/<topic>.json. It says what JSON Schema can say; rules that need code (object keys, times that exist,
 * variants of a READY asset) stand as descriptions, and the parser holds them.
 */
export function topicSchema(topic: Topic): JsonSchema {
  const [enveloped, flat] = [envelopedSchema(topic, 'draft-2020-12'), flatSchema(topic, 'draft-2020-12')];
  const body = flat ? { anyOf: [enveloped, flat] } : enveloped;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: topic, ...body };
}

/** `\p{…}` means something only in Unicode mode, which not every validator reads patterns in; these are the same characters. */
const PORTABLE = [String.raw`\p{Cc}\p{Cs}`, String.raw`\u0000-\u001F\u007F-\u009F`] as const;

function plain({ $schema: _draft, ...schema }: z.core.JSONSchema.BaseSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (name, value: unknown) =>
    name === 'pattern' && typeof value === 'string' ? value.replaceAll(...PORTABLE) : value,
  ) as JsonSchema;
}
