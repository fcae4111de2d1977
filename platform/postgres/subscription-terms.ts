import type { Queryable } from './pool';

export interface Payment {
  subscriptionId: string;
  userId: string;
  /** ms since 1970. */
  at: number;
}

/** The last payment of each subscription by its own time, in whatever order they come. One statement, sorted. */
export async function applyPayments(db: Queryable, payments: Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await db.query(
    `INSERT INTO subscription_terms AS t (subscription_id, user_id, paid_at)
     SELECT DISTINCT ON (x.subscription_id COLLATE "C") x.subscription_id, x.user_id, to_timestamp(x.at / 1000)
     FROM unnest($1::text[], $2::text[], $3::float8[]) x(subscription_id, user_id, at)
     ORDER BY x.subscription_id COLLATE "C", x.at DESC, x.user_id
     ON CONFLICT (subscription_id) DO UPDATE SET user_id = excluded.user_id, paid_at = excluded.paid_at
     WHERE excluded.paid_at > t.paid_at`,
    [payments.map((one) => one.subscriptionId), payments.map((one) => one.userId), payments.map((one) => one.at)],
  );
}

/** A subscription that ends soon. expiresAt: ms since 1970. */
export interface Expiring {
  subscriptionId: string;
  userId: string;
  expiresAt: number;
  /** It has ended already. */
  over: boolean;
}

/**
 * Takes those that are due and settles them for their last payment, within the caller's transaction; a payment that comes
 * meanwhile waits, and makes the subscription due again at its own time. What another process takes is left to it.
 */
export async function claimExpiring(
  db: Queryable,
  { periodMs, noticeMs, limit }: { periodMs: number; noticeMs: number; limit: number },
): Promise<Expiring[]> {
  const claimed = await db.query<Expiring>(
    `UPDATE subscription_terms t SET settled_for = paid_at
     WHERE subscription_id IN (
       SELECT subscription_id FROM subscription_terms
       WHERE settled_for IS DISTINCT FROM paid_at AND paid_at <= now() - ($1::float8 - $2::float8) * interval '1 ms'
       ORDER BY paid_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING subscription_id AS "subscriptionId", user_id AS "userId",
       (extract(epoch FROM paid_at) * 1000)::float8 + $1::float8 AS "expiresAt",
       paid_at + $1::float8 * interval '1 ms' <= now() AS over`,
    [periodMs, noticeMs, limit],
  );
  return claimed.rows;
}
