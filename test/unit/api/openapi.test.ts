import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CATALOG, CATALOG_PATH, type CatalogRoute } from '../../../api/catalog/routes';
import { INGEST, INGEST_PATH, type IngestRoute } from '../../../api/internal/ingest';
import { operationEntries } from '../../../operations/admin';
import { ADMIN_PATH } from '../../../operations/admin/operation';

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
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, one })),
);
const described = all.filter(({ path }) => path.startsWith(ADMIN_PATH));
const others = all.filter(({ path }) => !path.startsWith(ADMIN_PATH));

describe('docs/openapi.yaml', () => {
  it('has each operation of the table under its route, once', () => {
    const routes = described.map(({ path, method, one }) => `${one.operationId} ${method.toUpperCase()} ${path}`);
    expect(routes.sort()).toEqual(
      operationEntries()
        .map(([name, { method, path }]) => `${name} ${method} ${ADMIN_PATH}${path}`)
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

  it('has each route of services and viewers, with what it refuses', () => {
    const routes = [
      ...Object.entries<IngestRoute>(INGEST).map(
        ([name, { method, path }]) => `${name} ${method} ${INGEST_PATH}${path}`,
      ),
      ...Object.entries<CatalogRoute>(CATALOG).map(([name, { path }]) => `${name} GET ${CATALOG_PATH}${path}`),
    ];
    expect(others.map(({ path, method, one }) => `${one.operationId} ${method.toUpperCase()} ${path}`).sort()).toEqual(
      routes.sort(),
    );
    for (const { path, one } of others) {
      const inPath = one.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(Object.keys(one.responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    }
  });

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
