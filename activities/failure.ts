import { ApplicationFailure } from '@temporalio/activity';
import { ERRORS, type ReelwayError } from '../contracts/model/errors';
import { toReelwayError } from '../platform/errors';

/** Histories keep every failure of every attempt; a tool's whole complaint belongs into the log. */
const MAX_MESSAGE_CHARS = 2_000;

/**
 * A failure as the workflow reads it: `type` is our code, the first detail is {hint}. What the creator alone can mend is
 * not tried again. The cause stays in the worker's log, for it may name paths and addresses of this machine.
 */
export function toFailure(thrown: unknown): ApplicationFailure {
  if (thrown instanceof ApplicationFailure) return thrown;
  const error = toReelwayError(thrown);
  return ApplicationFailure.create({
    type: error.code,
    message: error.message.slice(0, MAX_MESSAGE_CHARS),
    nonRetryable: !isWorthRepeating(error),
    details: [{ hint: error.hint }],
  });
}

const isWorthRepeating = (error: ReelwayError): boolean => error.retryable && ERRORS[error.code].class !== 'creator';
