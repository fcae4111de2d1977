import type { Queryable } from './pool';

export interface SubscriptionChange {
  creatorId: string;
  userId: string;
  action: 'SUBSCRIBED' | 'UNSUBSCRIBED';
  /** ms since 1970. */
  at: number;
}

/**
 * One statement, however many. The last change by its own time stands, in whatever order they come; of two at the same
 * time the one that leaves people in peace, whose name is the greater. Sorted, so that batches do not wait for each other.
 */
export async function applySubscriptions(db: Queryable, changes: SubscriptionChange[]): Promise<void> {
  if (changes.length === 0) return;
  await db.query(
    `INSERT INTO subscriptions AS s (creator_id, user_id, state, changed_at)
     SELECT DISTINCT ON (x.creator_id COLLATE "C", x.user_id COLLATE "C") x.creator_id, x.user_id, x.state,
       to_timestamp(x.at / 1000)
     FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) x(creator_id, user_id, state, at)
     ORDER BY x.creator_id COLLATE "C", x.user_id COLLATE "C", x.at DESC, x.state DESC
     ON CONFLICT (creator_id, user_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
     WHERE (excluded.changed_at, excluded.state) > (s.changed_at, s.state)`,
    [
      changes.map((change) => change.creatorId),
      changes.map((change) => change.userId),
      changes.map((change) => change.action),
      changes.map((change) => change.at),
    ],
  );
}
