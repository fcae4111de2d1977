import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { toReelwayError } from '../platform/errors';
import { contended, isContended } from '../platform/postgres/pool';

/** What Fastify itself refuses, by its code. */
const OF_SERVER: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
};

/** What happens on a connection before there is a request, by Node's code. */
const OF_CONNECTION: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const codeIn = (thrown: unknown): string => String((thrown as { code?: unknown }).code);

/** Makes an error of ours of anything that a route or the server threw. */
export function toApiError(thrown: unknown): ReelwayError {
  if (thrown instanceof ReelwayError) return thrown;
  if (isContended(thrown)) return contended(thrown);
  const code = OF_SERVER[codeIn(thrown)];
  if (code) return new ReelwayError(code, undefined, { cause: thrown });
  // Its parsers say by the status that the request was at fault: JSON that is broken, empty, or names __proto__.
  if ((thrown as { statusCode?: unknown }).statusCode === 400) {
    return new ReelwayError('INPUT_INVALID', 'The request is not well formed: JSON, or an escape in its path.', {
      cause: thrown,
    });
  }
  return toReelwayError(thrown);
}

export const toConnectionError = (thrown: unknown): ReelwayError =>
  new ReelwayError(OF_CONNECTION[codeIn(thrown)] ?? 'INPUT_INVALID', undefined, { cause: thrown });
