import { ReelwayError } from '../../contracts/model/errors';
import type { Stage } from '../../contracts/model/status';
import { extendUpdate, type ExtendCommand } from '../../workflows/messages';
import { carryOut, checkStage, type CommandInput, type CommandResult, type Deps } from './carry-out';

export interface ExtendInput extends CommandInput {
  stage?: Stage;
  /** Up to 90 days. */
  byMs: number;
}

const LONGEST_EXTENSION_MS = 90 * 24 * 60 * 60 * 1_000;

/** Gives whoever the content waits for more time. Throws NOT_WAITING, CONTENT_HELD. */
export async function extend(deps: Deps, input: ExtendInput): Promise<CommandResult> {
  const { stage, byMs } = input;
  checkStage(stage);
  if (!Number.isSafeInteger(byMs) || byMs <= 0 || byMs > LONGEST_EXTENSION_MS) {
    throw new ReelwayError('INPUT_INVALID', 'An extension is more than nothing and at most 90 days.');
  }
  const more: Pick<ExtendCommand, 'stage' | 'byMs'> = { byMs, ...(stage !== undefined && { stage }) };
  return carryOut(deps, input, {
    verb: 'extend',
    update: extendUpdate.name,
    args: { stage: stage ?? null, byMs },
    more: () => more,
  });
}
