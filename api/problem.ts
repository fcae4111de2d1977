import { ERRORS, type ErrorClass, type ErrorCode, type ReelwayError } from '../contracts/model/errors';
import type { Right } from '../contracts/model/rights';
import { RightMissing } from '../operations/admin/operation';

/** What a class of errors is over HTTP, where its code has no row of its own. */
const BY_CLASS: Record<ErrorClass, number> = {
  creator: 409,
  platform: 500,
  fact: 409,
  dead: 400,
  refusal: 409,
  setup: 500,
};

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  INPUT_INVALID: 400,
  REASON_MISSING: 400,
  UNAUTHENTICATED: 401,
  RIGHT_MISSING: 403,
  CONTENT_NOT_FOUND: 404,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  FAILED_PRECONDITION: 412,
  TOO_LARGE: 413,
  EVENT_ID_REUSED: 409,
  RUN_MISSING: 409,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  TOO_MANY_REQUESTS: 429,
  BREAKER_OPEN: 503,
  STARTS_PAUSED: 503,
  SERVICE_UNREACHABLE: 503,
  TOPIC_MISSING: 503,
  SEARCH_ATTRIBUTES_MISSING: 503,
  MIGRATION_MISMATCH: 503,
  OUTCOME_UNKNOWN: 504,
};

/** The one table of statuses, for every route of this process. */
export const statusOf = (code: ErrorCode): number => BY_CODE[code] ?? BY_CLASS[ERRORS[code].class];

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457, with our code and what to do next. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  hint: string;
  /** The same request has this id in our log. */
  requestId: string;
  /** With RIGHT_MISSING: which one. */
  right?: Right;
}

/** Never a stack, and of what we did not expect not even its message: that stands in the log. */
export function problemOf(error: ReelwayError, requestId: string): Problem {
  const { code, message, hint } = error;
  const { title } = ERRORS[code];
  const isOurs = code === 'INTERNAL';
  return {
    type: `urn:reelway:problem:${code}`,
    ...{ title, status: statusOf(code) },
    detail: isOurs ? title : message,
    code,
    hint: isOurs ? `Look for request ${requestId} in the log of the API and report it.` : hint,
    requestId,
    ...(error instanceof RightMissing && { right: error.right }),
  };
}
