import { ReelwayError } from '../../contracts/model/errors';
import { beforeTimeout } from '../../operations/within';

/**
 * The answer of the work, or after `ms` that there is none. A command that was sent may still be carried out: its caller
 * is told to ask again for the very same one. Throws OUTCOME_UNKNOWN for a command, else SERVICE_UNREACHABLE.
 */
export const inTime = <T>(ms: number, commandId: unknown, work: Promise<T>): Promise<T> =>
  beforeTimeout(ms, work, () => tooLate(ms, commandId));

function tooLate(ms: number, commandId: unknown): ReelwayError {
  const said = `There was no answer within ${String(ms / 1_000)} s.`;
  if (typeof commandId !== 'string') return new ReelwayError('SERVICE_UNREACHABLE', said);
  return new ReelwayError('OUTCOME_UNKNOWN', said, {
    hint: `Repeat it with --command-id ${commandId}; it is carried out once.`,
  });
}
