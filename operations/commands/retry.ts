import { ATTEMPT_TOKEN } from '../../contracts/model/attempt';
import { ReelwayError } from '../../contracts/model/errors';
import type { Stage } from '../../contracts/model/status';
import { retryUpdate, type RetryCommand } from '../../workflows/messages';
import { carryOut, checkStage, type CommandInput, type CommandResult, type Deps } from './carry-out';
import { checkCorrection, prepareCorrection, type CorrectionInput } from './correction';
import { checkLabel } from './label';

export interface RetryInput extends CommandInput {
  stage?: Stage;
  /** This one alone, also while others are still encoded. */
  rendition?: string;
  /** Token of the failure it answers; default: the one that stands. */
  attempt?: string;
  with?: CorrectionInput;
}

/**
 * Goes on with a parked stage or rendition, with its input corrected or as it was. Throws NOT_PARKED, NO_SUCH_RENDITION,
 * ATTEMPT_STALE, BEING_UNDONE, and of a correction NOT_CORRECTABLE, LAST_RENDITION, RAW_KEY_UNSAFE, RAW_KEY_TAKEN, and what
 * `register` throws of a title.
 */
export async function retry(deps: Deps, input: RetryInput): Promise<CommandResult> {
  const { stage, rendition, attempt } = input;
  checkStage(stage);
  if (rendition !== undefined) checkRendition(rendition, stage);
  if (attempt !== undefined && !ATTEMPT_TOKEN.test(attempt)) {
    throw new ReelwayError('INPUT_INVALID', 'An attempt is named as content show does: g1r1.transcode.a2.');
  }
  const correction = input.with === undefined ? undefined : checkCorrection(input.with);
  const named = {
    ...(stage !== undefined && { stage }),
    ...(rendition !== undefined && { rendition }),
    ...(attempt !== undefined && { attempt }),
  };
  const more: Omit<RetryCommand, 'commandId' | 'actor' | 'reason'> = {
    ...named,
    ...(correction?.sent && { with: correction.sent }),
  };
  return carryOut(deps, input, {
    verb: 'retry',
    update: retryUpdate.name,
    args: { stage: null, ...named, ...correction?.audited },
    prepare: () => prepareCorrection(deps, input),
    more: () => more,
  });
}

function checkRendition(rendition: string, stage: Stage | undefined): void {
  checkLabel(rendition);
  if (stage === undefined || stage === 'transcode') return;
  throw new ReelwayError('INPUT_INVALID', `A rendition belongs to transcode, not to ${stage}.`);
}
