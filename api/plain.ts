import type { FastifyRequest } from 'fastify';
import { ReelwayError } from '../contracts/model/errors';

/** What is compressed cannot be judged by its length. Throws MEDIA_TYPE_UNSUPPORTED. */
export function assertPlain({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new ReelwayError('MEDIA_TYPE_UNSUPPORTED');
}
