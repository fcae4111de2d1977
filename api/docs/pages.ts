import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi';

/** The OpenAPI document, to be read and tried at /docs; as JSON and YAML at /docs/json and /docs/yaml. */
export function addDocs(server: FastifyInstance): void {
  void server.register(swagger, {
    mode: 'static',
    specification: { document: openApiDocument() as never },
  });
  void server.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { deepLinking: true } });
}
