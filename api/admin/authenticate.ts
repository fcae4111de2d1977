import type { FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import { onlyHeader } from '../only-header';
import type { TokenBook, TokenHolder } from '../../platform/tokens/token-book';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null until the token was looked at. */
    caller: TokenHolder | null;
  }
}

const BEARER = /^Bearer ([^\s,]+)$/i;

/** The caller of the token, which alone says who asks. Throws UNAUTHENTICATED, in the same words whatever is wrong with it. */
export function authenticate({ raw }: FastifyRequest, tokens: TokenBook): TokenHolder {
  const token = BEARER.exec(onlyHeader(raw.rawHeaders, 'authorization') ?? '')?.[1];
  const caller = token === undefined ? null : tokens.find(token);
  if (!caller) throw new ReelwayError('UNAUTHENTICATED');
  return caller;
}
