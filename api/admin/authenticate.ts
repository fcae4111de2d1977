import type { FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
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
  const token = BEARER.exec(onlyAuthorization(raw.rawHeaders) ?? '')?.[1];
  const caller = token === undefined ? null : tokens.find(token);
  if (!caller) throw new ReelwayError('UNAUTHENTICATED');
  return caller;
}

/** Node keeps the first of two and hides the second: a proxy in front of us may have looked at the other one. */
function onlyAuthorization(headers: string[]): string | undefined {
  const values = headers.filter(
    (_text, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'authorization',
  );
  return values.length === 1 ? values[0] : undefined;
}
