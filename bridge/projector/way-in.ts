import type { KafkaRecord } from '../../contracts/model/ports';
import type { Taken } from '../../operations/dead-letters-way-in';
import type { CountEventsDeps } from '../../operations/engagement/count-events';
import type { PoolClient } from '../../platform/postgres/pool';
import type { AcceptsSource } from '../inbound/sources';
import { countJudged } from './count';
import { judgeCount } from './judge';

/** Counts a dead letter's record as the projector would now, within the transaction of the caller. */
export async function countAgain(
  db: PoolClient,
  deps: CountEventsDeps,
  record: KafkaRecord,
  accepts: AcceptsSource,
): Promise<Taken> {
  const judged = judgeCount(record, accepts);
  const [outcome] = await countJudged(db, deps, [judged]);
  if (outcome?.is === 'dead') return { is: 'dead', code: outcome.code, reason: outcome.reason };
  const is = outcome?.is === 'duplicate' ? 'duplicate' : 'new';
  return { is, eventId: judged.eventId ?? '', contentId: judged.contentId ?? '' };
}
