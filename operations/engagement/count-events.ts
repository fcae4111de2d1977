import { MILESTONE_TYPE, type Counted, type EngagementEvent } from '../../contracts/model/engagement';
import type { Notice } from '../../contracts/model/notices';
import type { PoolClient } from '../../platform/postgres/pool';
import { addToContents, addToCreators, type Addition } from '../../platform/postgres/totals';
import { admit } from './admit';
import { crossedMilestones } from './milestones';

/** Tells people, within the transaction that counted. */
export type Notify = (db: PoolClient, notices: Notice[]) => Promise<void>;

export interface CountEventsDeps {
  /** Rising. */
  milestones: readonly number[];
  notify: Notify;
}

/** Counts each event once, for its content and its creator. In a transaction of the caller; a result per event, in their order. */
export async function countEvents(
  db: PoolClient,
  deps: CountEventsDeps,
  events: readonly EngagementEvent[],
  now = Date.now(),
): Promise<Counted[]> {
  const { fresh, results } = await admit(db, events, undefined, now);
  await addToContents(
    db,
    addedUp(fresh, ({ contentId }) => contentId),
  );
  const perCreator = addedUp(fresh, ({ creatorId }) => creatorId);
  const sums = await addToCreators(db, perCreator, MILESTONE_TYPE);
  const added = new Map(
    perCreator.filter(({ eventType }) => eventType === MILESTONE_TYPE).map(({ id, events: count }) => [id, count]),
  );
  const crossed = sums.flatMap(({ creatorId, events: sum }) =>
    crossedMilestones({ creatorId, from: sum - (added.get(creatorId) ?? 0), to: sum }, deps.milestones, now),
  );
  if (crossed.length > 0) await deps.notify(db, crossed);
  return results;
}

function addedUp(events: readonly EngagementEvent[], idOf: (event: EngagementEvent) => string): Addition[] {
  const sums = new Map<string, Map<string, Addition>>();
  const all: Addition[] = [];
  for (const event of events) {
    const { eventType } = event;
    const sum = sums.get(idOf(event))?.get(eventType) ?? begin(sums, all, idOf(event), eventType);
    sum.events += 1;
    addSeconds(sum, event.watchSeconds ?? 0);
  }
  return all;
}

function begin(
  sums: Map<string, Map<string, Addition>>,
  all: Addition[],
  id: string,
  eventType: EngagementEvent['eventType'],
): Addition {
  const sum: Addition = { id, eventType, events: 0, seconds: 0, moreSeconds: 0n };
  const byType = sums.get(id) ?? new Map<string, Addition>();
  sums.set(id, byType.set(eventType, sum));
  all.push(sum);
  return sum;
}

/** A bigint for every event would cost more than all the rest. */
function addSeconds(sum: Addition, seconds: number): void {
  const next = sum.seconds + seconds;
  if (Number.isSafeInteger(next)) sum.seconds = next;
  else sum.moreSeconds += BigInt(seconds);
}
