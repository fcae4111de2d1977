import { ReelwayError } from '../../contracts/model/errors';
import { REPROCESS_STAGES, type ReprocessStage } from '../../contracts/model/generation';
import type { ContentRow } from '../../platform/postgres/contents';
import type { CommandInput } from '../commands';
import { beginGeneration, type BeginDeps } from './begin';
import { checked, whileOpen, type FinishedResult, type Refusal } from './command';
import { planReprocess } from './plan';

export interface ReprocessInput extends CommandInput {
  from: ReprocessStage;
}

/**
 * Does finished content again from a stage on, as its next generation. What viewers have stays until the switch. The
 * stage is done anew; a later one only where what goes into it has changed. Throws CONTENT_NOT_FOUND, NOT_FINISHED,
 * ALREADY_REMOVED, NOTHING_TO_TAKE_OVER, and what beginGeneration throws.
 */
export async function reprocess(deps: BeginDeps, input: ReprocessInput): Promise<FinishedResult> {
  const { from } = input;
  if (!REPROCESS_STAGES.includes(from)) {
    throw new ReelwayError('INPUT_INVALID', `from must be one of ${REPROCESS_STAGES.join(', ')}`);
  }
  return beginGeneration(deps, checked('reprocess', input), {
    args: { from },
    refuse: whileRemoved,
    plan: (had, policy) => planReprocess(from, had, policy),
  });
}

const whileRemoved = (row: ContentRow): Refusal | null =>
  row.removedAt === null
    ? whileOpen(row)
    : { refused: 'ALREADY_REMOVED', message: `${row.contentId} was removed at ${row.removedAt.toISOString()}.` };
