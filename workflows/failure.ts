import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { ERRORS, isErrorCode, ReelwayError, type ErrorCode } from '../contracts/model/errors';

export interface StageFailure {
  code: ErrorCode;
  message: string | null;
}

const TIMEOUT_CODES: Record<string, ErrorCode> = {
  SCHEDULE_TO_START: 'NO_WORKER',
  SCHEDULE_TO_CLOSE: 'STAGE_DEADLINE',
  HEARTBEAT: 'WORKER_LOST',
  START_TO_CLOSE: 'STAGE_DEADLINE',
};

/** What an activity's failure means in our words; an activity of ours says it in its failure's type. */
export function stageFailure(error: unknown): StageFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ReelwayError) return { code: cause.code, message: cause.message };
  if (cause instanceof ApplicationFailure) {
    const type = cause.type ?? '';
    return { code: isErrorCode(type) ? type : 'INTERNAL', message: cause.message };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: TIMEOUT_CODES[cause.timeoutType ?? ''] ?? 'STAGE_DEADLINE', message: innermost(cause) };
  }
  return { code: 'INTERNAL', message: cause instanceof Error ? cause.message : String(cause) };
}

/** Why a command is not carried out, for whoever sent it. */
export const refusal = (code: ErrorCode): ApplicationFailure =>
  ApplicationFailure.nonRetryable(ERRORS[code].title, code);

/** A deadline that ended a row of attempts carries the last attempt's failure inside. */
const innermost = (failure: TimeoutFailure): string =>
  failure.cause instanceof Error ? failure.cause.message : failure.message;

export const isNoWorker = (error: unknown): boolean => stageFailure(error).code === 'NO_WORKER';

/** Its time was up: while an attempt ran, or because the next one would have begun too late. */
export const isOverdue = (error: unknown): boolean =>
  error instanceof ActivityFailure && (error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT');

/**
 * The results of work side by side, or the first failure, in either case only once all of it has ended. Promise.all goes
 * on at the first failure: in a cancel that is the work that had not begun, while encoders still write what is removed.
 */
export async function allEnded<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(work);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
