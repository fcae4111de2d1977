import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ReelwayError } from '../../contracts/model/errors';
import { onlyHeader } from '../only-header';

/** Tells services by their token. The name of what was shown, for limits and the log. Throws UNAUTHENTICATED. */
export type ServiceGate = (request: FastifyRequest) => string;

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer');
const BEARER = /^Bearer (\S+)$/i;

/** Compares digests, which are of one length, and all of them: how long it takes says nothing of the tokens. */
export function createServiceGate(tokens: readonly string[]): ServiceGate {
  const known = tokens.map((token, index) => ({ name: `service-${String(index + 1)}`, digest: digestOf(token) }));
  return ({ raw }) => {
    const shown = BEARER.exec(onlyHeader(raw.rawHeaders, 'x-service-auth') ?? '')?.[1];
    const digest = digestOf(shown ?? '');
    const found = known.filter((one) => timingSafeEqual(one.digest, digest));
    const [service] = found;
    if (shown === undefined || !service) throw unauthenticated();
    return service.name;
  };
}

const unauthenticated = (): ReelwayError =>
  new ReelwayError('UNAUTHENTICATED', undefined, {
    hint: 'Send one header x-service-auth: Bearer TOKEN, with a token of REELWAY_SERVICE_TOKENS.',
  });
