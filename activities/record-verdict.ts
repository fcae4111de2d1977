import { ReelwayError } from '../contracts/model/errors';
import type { RecordVerdictInput, RecordVerdictResult } from '../contracts/model/work';
import { inTransaction } from '../platform/postgres/pool';
import { raiseFlag, recordDecision } from '../platform/postgres/verdicts';
import type { Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** Writes a flag of ours, or a decision, and answers with the flags that are open then. May be repeated. */
export async function recordVerdict(
  { pool }: ActivityDeps,
  _attempt: Attempt,
  { place, flagged, decision }: RecordVerdictInput,
): Promise<RecordVerdictResult> {
  const { contentId, generation, revision } = place;
  const openFlags = await inTransaction(pool, (client) => {
    if (flagged) return raiseFlag(client, { ...flagged, contentId, source: 'reelway', hide: true });
    if (decision) return recordDecision(client, { ...decision, contentId, generation, revision });
    throw new ReelwayError('INTERNAL', 'There is neither a flag nor a decision to record.', { retryable: false });
  });
  return { openFlags };
}
