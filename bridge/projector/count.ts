import type { Counted } from '../../contracts/model/engagement';
import type { ErrorCode } from '../../contracts/model/errors';
import { countEvents, type CountEventsDeps } from '../../operations/engagement/count-events';
import { countMetrics } from '../../operations/engagement/count-metrics';
import { insertDeadLetters, type NewDeadLetter } from '../../platform/postgres/dead-letters';
import type { PoolClient } from '../../platform/postgres/pool';
import type { JudgedCount } from './judge';

/** Our name in dead_letters. */
const PROJECTOR = 'projector';

/** What became of a record. */
export type CountOutcome = { is: 'counted' | 'duplicate' } | { is: 'dead'; code: ErrorCode; reason: string };

/** Counts what can be counted and buries the rest, within a transaction of the caller. An outcome per record, in their order. */
export async function countJudged(
  db: PoolClient,
  deps: CountEventsDeps,
  all: readonly JudgedCount[],
): Promise<CountOutcome[]> {
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
  const found = { event: ofEvents.values(), metrics: ofMetrics.values() };
  const outcomes = all.map((judged) =>
    judged.is === 'dead' ? judged : outcomeOf(found[judged.is].next().value ?? GOOD.counted),
  );
  await insertDeadLetters(db, PROJECTOR, lettersOf(all, outcomes));
  return outcomes;
}

const NOT_COUNTED: Record<Exclude<Counted['is'], 'counted' | 'duplicate' | 'unknown'>, [ErrorCode, string]> = {
  reused: ['EVENT_ID_REUSED', 'the event id had come before with other content'],
  tooOld: ['TOO_OLD_TO_COUNT', 'its time is out of the window in which counted events are remembered'],
  ahead: ['DATED_AHEAD', 'its time is more than a day ahead of our clock'],
};

/** Ids that a reason names. */
const MOST_NAMED = 5;

const GOOD = { counted: { is: 'counted' }, duplicate: { is: 'duplicate' } } as const satisfies Record<
  string,
  CountOutcome
>;

function outcomeOf(counted: Counted): CountOutcome {
  if (counted.is === 'counted' || counted.is === 'duplicate') return GOOD[counted.is];
  if (counted.is === 'unknown') {
    const named = counted.contentIds.slice(0, MOST_NAMED).join(', ');
    return { is: 'dead', code: 'NO_SUCH_CONTENT', reason: `no content ${named}; nothing of it was counted` };
  }
  const [code, reason] = NOT_COUNTED[counted.is];
  return { is: 'dead', code, reason };
}

function lettersOf(all: readonly JudgedCount[], outcomes: readonly CountOutcome[]): NewDeadLetter[] {
  const letters: NewDeadLetter[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const judged = all[index];
    if (outcome.is !== 'dead' || !judged) continue;
    const { record, eventId, contentId } = judged;
    letters.push({ record, eventId, contentId, code: outcome.code, reason: outcome.reason, rowId: null });
  }
  return letters;
}
