import {
  ENGAGEMENT_TYPES,
  MILESTONE_TYPE,
  type Counted,
  type EngagementEvent,
  type EngagementType,
} from '../../contracts/model/engagement';
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
  const added = new Map(perCreator.map(({ id, events: count }) => [id, count[PLACE_OF[MILESTONE_TYPE]] ?? 0]));
  const crossed = sums.flatMap(({ creatorId, events: sum }) =>
    crossedMilestones({ creatorId, from: sum - (added.get(creatorId) ?? 0), to: sum }, deps.milestones, now),
  );
  if (crossed.length > 0) await deps.notify(db, crossed);
  return results;
}

const PLACE_OF = Object.fromEntries(ENGAGEMENT_TYPES.map((type, place) => [type, place])) as Record<
  EngagementType,
  number
>;

function addedUp(events: readonly EngagementEvent[], idOf: (event: EngagementEvent) => string): Addition[] {
  const sums = new Map<string, Addition>();
  for (const event of events) {
    const id = idOf(event);
    const sum = sums.get(id) ?? begin(sums, id);
    const place = PLACE_OF[event.eventType];
    sum.events[place] = (sum.events[place] ?? 0) + 1;
    if (event.watchSeconds !== null) addSeconds(sum, place, event.watchSeconds);
  }
  return [...sums.values()];
}

function begin(sums: Map<string, Addition>, id: string): Addition {
  const sum: Addition = {
    id,
    events: ENGAGEMENT_TYPES.map(() => 0),
    seconds: ENGAGEMENT_TYPES.map(() => 0),
    moreSeconds: null,
  };
  sums.set(id, sum);
  return sum;
}

/** A bigint for every event would cost more than all the rest. */
function addSeconds(sum: Addition, place: number, seconds: number): void {
  const next = (sum.seconds[place] ?? 0) + seconds;
  if (Number.isSafeInteger(next)) sum.seconds[place] = next;
  else {
    sum.moreSeconds ??= ENGAGEMENT_TYPES.map(() => 0n);
    sum.moreSeconds[place] = (sum.moreSeconds[place] ?? 0n) + BigInt(seconds);
  }
}
