import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { operationEntries } from '../../../operations/admin';

interface Described {
  operationId: string;
  description: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, { schema: { properties: object; additionalProperties?: boolean } }> };
  responses: Record<string, { $ref?: string }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { responses: object; schemas: object };
}

const document = parse(readFileSync(join(__dirname, '../../../docs/openapi.yaml'), 'utf8')) as Document;
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, one })),
);

describe('docs/openapi.yaml', () => {
  it('has each operation of the table under its route, once', () => {
    const routes = described.map(({ path, method, one }) => `${one.operationId} ${method.toUpperCase()} ${path}`);
    expect(routes.sort()).toEqual(
      operationEntries()
        .map(([name, { method, path }]) => `${name} ${method} ${path}`)
        .sort(),
    );
  });

  it.each(described)('$method $path names every field of its path, and tells every refusal', ({ path, one }) => {
    const inPath = one.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(Object.keys(one.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '429', '503', '504']),
    );
    expect(one.description).toMatch(/^Right: (viewer|operator|admin)/);
  });

  it.each(described.filter(({ method }) => method !== 'get'))(
    '$method $path refuses fields it does not know',
    ({ one }) => {
      expect(one.requestBody?.content['application/json']?.schema).toMatchObject({ additionalProperties: false });
    },
  );

  it('points at nothing that is not there', () => {
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]!);
    expect(pointers.length).toBeGreaterThan(0);
    const lost = pointers.filter(
      (pointer) =>
        pointer
          .split('/')
          .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document) === undefined,
    );
    expect(lost).toEqual([]);
  });
});
