import type { ContentRow } from '../../platform/postgres/contents';
import { undoTakedown } from '../../platform/postgres/generations';
import type { CommandInput } from '../commands';
import { beginGeneration, type BeginDeps } from './begin';
import { checked, whileOpen, type FinishedResult, type Refusal } from './command';
import { planRestore } from './plan';

/**
 * Undoes a removal, as the next generation: it publishes again under the decision that stands, or asks a person where a
 * flag is open or a decision removed it. Throws CONTENT_NOT_FOUND, NOT_REMOVED, NOT_FINISHED, and what beginGeneration throws.
 */
export async function restore(deps: BeginDeps, input: CommandInput): Promise<FinishedResult> {
  return beginGeneration(deps, checked('restore', input), {
    args: {},
    refuse: unlessRemoved,
    prepare: (db, { contentId }) => undoTakedown(db, contentId),
    plan: planRestore,
  });
}

const unlessRemoved = (row: ContentRow): Refusal | null =>
  row.removedAt === null ? { refused: 'NOT_REMOVED', message: `${row.contentId} is ${row.status}.` } : whileOpen(row);
