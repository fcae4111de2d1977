import type { FastifyInstance } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import { MAX_MESSAGE_BYTES } from '../../contracts/schema/limits';
import { parseSafeJson } from '../../contracts/schema/safe-json';

/** A body as it came, and what it says. */
export interface Body {
  raw: Buffer;
  json: unknown;
}

/** Bodies are judged as records of Kafka are: size, depth, encoding and poison before anything else looks at them. */
export function parseBodies(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_MESSAGE_BYTES },
    (_request, raw, done) => {
      const parsed = parseSafeJson(raw);
      if (parsed.ok) done(null, { raw, json: parsed.json } satisfies Body);
      else done(new ReelwayError(parsed.code === 'TOO_LARGE' ? 'BODY_TOO_LARGE' : 'INPUT_INVALID', parsed.reason));
    },
  );
}
