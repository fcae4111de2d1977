import type { PayloadOf } from '../contracts/schema/payloads';
import { applySubscriptions } from '../platform/postgres/subscriptions';
import type { PoolClient } from '../platform/postgres/pool';

export interface SubscriptionEvent {
  /** ms since 1970. */
  at: number;
  payload: PayloadOf<'engagement.subscription.changed'>;
}

/** Who hears of new content from now on. In any order, any number of times. */
export const takeSubscriptions = (db: PoolClient, events: SubscriptionEvent[]): Promise<void> =>
  applySubscriptions(
    db,
    events.map(({ at, payload }) => ({
      ...{ creatorId: payload.creator_id, userId: payload.user_id, action: payload.action, at },
    })),
  );
