import { ReelwayError } from '../../contracts/model/errors';
import type { Stage } from '../../contracts/model/status';
import { skipUpdate, type SkipCommand } from '../../workflows/messages';
import { carryOut, checkStage, decisionIdOf, type CommandInput, type CommandResult, type Deps } from './carry-out';
import { checkLabel } from './label';

/** One of the two. */
export interface SkipInput extends CommandInput {
  stage?: Stage;
  rendition?: string;
}

/**
 * Goes on without a rendition, or without moderation, which is recorded as a decision. Throws NOT_SKIPPABLE,
 * NO_SUCH_RENDITION, LAST_RENDITION, ALREADY_DONE, FLAG_OPEN, BEING_UNDONE.
 */
export async function skip(deps: Deps, input: SkipInput): Promise<CommandResult> {
  const { stage, rendition } = input;
  checkStage(stage);
  if ((stage === undefined) === (rendition === undefined)) {
    throw new ReelwayError('INPUT_INVALID', 'Skip a stage or a rendition: name one of the two.');
  }
  if (rendition !== undefined) checkLabel(rendition);
  const decisionId = decisionIdOf(input);
  const what = { ...(stage !== undefined && { stage }), ...(rendition !== undefined && { rendition }) };
  return carryOut(deps, input, {
    verb: 'skip',
    update: skipUpdate.name,
    args: { stage: stage ?? null, rendition: rendition ?? null },
    more: (audit): Pick<SkipCommand, 'stage' | 'rendition' | 'decisionId' | 'at'> => ({
      ...what,
      decisionId,
      at: audit.at.getTime(),
    }),
  });
}
