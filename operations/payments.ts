import type { Channels, Notice } from '../contracts/model/notices';
import type { PayloadOf } from '../contracts/schema/payloads';
import type { PoolClient } from '../platform/postgres/pool';
import { applyPayments } from '../platform/postgres/subscription-terms';
import { requestNotices } from './notifications/request';

export interface PaymentEvent {
  /** The same key is the same attempt to pay, also under another event id. */
  businessKey: string;
  /** ms since 1970. */
  at: number;
  payload: PayloadOf<'payment.events'>;
}

/** Tells of payments that failed, and moves the end of what was paid for. In any order, any number of times. */
export async function takePayments(db: PoolClient, events: PaymentEvent[], channels: Channels): Promise<void> {
  const paid = events.filter(({ payload }) => payload.event_type === 'payment.processed');
  await applyPayments(
    db,
    paid.map(({ at, payload }) => ({ subscriptionId: payload.subscription_id, userId: payload.subscriber_id, at })),
  );
  const failed = events.filter(({ payload }) => payload.event_type === 'payment.failed');
  // None is refused: every field was checked by the same rules when it came in.
  await requestNotices(db, failed.map(toNotice), channels);
}

const toNotice = ({ businessKey, at, payload }: PaymentEvent): Notice => ({
  userId: payload.subscriber_id,
  type: 'PAYMENT_FAILED',
  cause: businessKey,
  at,
  vars: {
    subscription_id: payload.subscription_id,
    amount: String(payload.amount),
    currency: payload.currency,
    processor: payload.processor,
    processor_ref: payload.processor_ref,
  },
});
