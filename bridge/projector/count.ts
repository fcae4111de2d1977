import type { Counted } from '../../contracts/model/engagement';
import type { ErrorCode } from '../../contracts/model/errors';
import { countEvents, type CountEventsDeps } from '../../operations/engagement/count-events';
import { countMetrics } from '../../operations/engagement/count-metrics';
import { insertDeadLetters, type NewDeadLetter } from '../../platform/postgres/dead-letters';
import type { PoolClient } from '../../platform/postgres/pool';
import type { DeadCount, JudgedCount } from './judge';

/** Our name in dead_letters. */
const PROJECTOR = 'projector';

/** What became of a record. */
export type CountResult = 'counted' | 'duplicate' | 'dead';
export interface CountedRecord {
  judged: JudgedCount;
  result: CountResult;
  /** Of a dead one. */
  code: ErrorCode | null;
  reason: string;
}

/** Counts what can be counted and buries the rest, within a transaction of the caller. A result per record, in their order. */
export async function countJudged(
  db: PoolClient,
  deps: CountEventsDeps,
  all: readonly JudgedCount[],
): Promise<CountedRecord[]> {
  const events = all.filter((one) => one.is === 'event');
  const metrics = all.filter((one) => one.is === 'metrics');
  const ofEvents = await countEvents(
    db,
    deps,
    events.map(({ event }) => event),
  );
  const ofMetrics = await countMetrics(
    db,
    metrics.map(({ message }) => message),
  );
  const outcome = { event: ofEvents.values(), metrics: ofMetrics.values() };
  const results = all.map((judged) =>
    judged.is === 'dead' ? buried(judged) : resultOf(judged, outcome[judged.is].next().value ?? { is: 'counted' }),
  );
  await insertDeadLetters(db, PROJECTOR, results.filter(({ code }) => code !== null).flatMap(letterOf));
  return results;
}

const buried = (judged: DeadCount): CountedRecord => ({
  ...{ judged, result: 'dead', code: judged.code, reason: judged.reason },
});

const NOT_COUNTED: Record<Exclude<Counted['is'], 'counted' | 'duplicate' | 'unknown'>, [ErrorCode, string]> = {
  reused: ['EVENT_ID_REUSED', 'the event id had come before with other content'],
  tooOld: ['TOO_OLD_TO_COUNT', 'its time is out of the window in which counted events are remembered'],
  ahead: ['DATED_AHEAD', 'its time is more than a day ahead of our clock'],
};

/** Ids that a reason names. */
const MOST_NAMED = 5;

function resultOf(judged: JudgedCount, counted: Counted): CountedRecord {
  if (counted.is === 'counted' || counted.is === 'duplicate') {
    return { judged, result: counted.is, code: null, reason: '' };
  }
  if (counted.is === 'unknown') {
    const named = counted.contentIds.slice(0, MOST_NAMED).join(', ');
    return {
      judged,
      result: 'dead',
      code: 'NO_SUCH_CONTENT',
      reason: `no content ${named}; nothing of it was counted`,
    };
  }
  const [code, reason] = NOT_COUNTED[counted.is];
  return { judged, result: 'dead', code, reason };
}

function letterOf({ judged, code, reason }: CountedRecord): NewDeadLetter[] {
  if (code === null) return [];
  const { record, eventId, contentId } = judged;
  return [{ record, eventId, contentId, code, reason, rowId: null }];
}
