import type { ContentRow } from '../../platform/postgres/contents';
import { closeLost, handBackMedia, handBackUnanswered } from '../../platform/postgres/lost-runs';
import type { CommandInput } from '../commands';
import { beginGeneration, type BeginDeps } from './begin';
import { checked, type FinishedResult, type Refusal } from './command';
import { readAnew } from '../../platform/postgres/generations';
import { isStillLost, lostGeneration } from './lost';
import { planRecover } from './plan';

/**
 * Begins another run of content whose run was ended or deleted outside, where that one stood. What it had not answered is
 * routed to the new one. Throws CONTENT_NOT_FOUND, NOT_LOST, NOTHING_TO_TAKE_OVER, and what beginGeneration throws.
 */
export async function recover(deps: BeginDeps, input: CommandInput): Promise<FinishedResult> {
  const { client } = await deps.temporal();
  const lost = await lostGeneration({ pool: deps.pool, client }, input.contentId);
  const anew = lost === null ? null : await readAnew(deps.pool, input.contentId, lost);
  return beginGeneration(deps, checked('recover', input), {
    args: {},
    refuse: (row) => unlessLost(row, lost),
    prepare: async (db, row) => {
      await closeLost(db, row, 'FAILED');
      await handBackUnanswered(db, row.contentId);
      await handBackMedia(db, row.contentId);
    },
    plan: (had, policy, { stages }) => planRecover(had, { stages, anew }, policy),
  });
}

function unlessLost(row: ContentRow, lost: number | null): Refusal | null {
  const { contentId, removedAt, status, phase } = row;
  if (removedAt !== null) return { refused: 'ALREADY_REMOVED', message: `${contentId} was taken down.` };
  if (isStillLost(row, lost)) return null;
  const why = phase === 'terminal' ? `ended as ${status}` : `is ${status}, and its run is open`;
  return { refused: 'NOT_LOST', message: `${contentId} ${why}.` };
}
