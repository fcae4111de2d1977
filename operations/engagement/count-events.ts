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
  const sums = new Map<string, Addition>();
  for (const event of events) {
    const { eventType, watchSeconds } = event;
    const id = idOf(event);
    // No event type holds a space, so the first one ends it.
    const key = `${eventType} ${id}`;
    const sum = sums.get(key);
    if (!sum) sums.set(key, { id, eventType, events: 1, watchSeconds: BigInt(watchSeconds ?? 0) });
    else {
      sum.events += 1;
      if (watchSeconds) sum.watchSeconds += BigInt(watchSeconds);
    }
  }
  return [...sums.values()];
}
