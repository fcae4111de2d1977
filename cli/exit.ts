import { ERRORS, type ErrorCode } from '../contracts/model/errors';

/** What the process says at its end. failed: the command worked, the thing asked about did not. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, notFound: 4, refused: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes whose class says too little. */
const BY_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  CONTENT_NOT_FOUND: EXIT.notFound,
  NOT_FOUND: EXIT.notFound,
  REASON_MISSING: EXIT.usage,
  INPUT_INVALID: EXIT.usage,
  BODY_TOO_LARGE: EXIT.usage,
  MEDIA_TYPE_UNSUPPORTED: EXIT.usage,
  REQUEST_TIMEOUT: EXIT.unreachable,
  TOO_MANY_REQUESTS: EXIT.unreachable,
  SERVICE_UNREACHABLE: EXIT.unreachable,
  OUTCOME_UNKNOWN: EXIT.unreachable,
  TOPIC_MISSING: EXIT.failed,
  TOPIC_DRIFT: EXIT.failed,
  STACK_FAILED: EXIT.failed,
  DEMO_FAILED: EXIT.failed,
};

/** The exit code an error ends the process with. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  const special = BY_CODE[code];
  if (special !== undefined) return special;
  const errorClass = ERRORS[code].class;
  if (errorClass === 'refusal') return EXIT.refused;
  return errorClass === 'setup' ? EXIT.usage : EXIT.failed;
}
