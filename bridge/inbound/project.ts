import type { Channels } from '../../contracts/model/notices';
import type { ObservedTopic } from '../../contracts/model/topics';
import { takePayments, type PaymentEvent } from '../../operations/payments';
import { takeSubscriptions, type SubscriptionEvent } from '../../operations/subscriptions';
import type { PoolClient } from '../../platform/postgres/pool';
import type { NewObserved } from './identify';

export interface ProjectSettings {
  /** How notices reach people. */
  channels: Channels;
}

type Projection = (db: PoolClient, observed: NewObserved[], settings: ProjectSettings) => Promise<void>;

/** What observations of a topic change at once, in the transaction that stores them. The payload is the topic's own. */
const PROJECTIONS: Partial<Record<ObservedTopic, Projection>> = {
  'engagement.subscription.changed': (db, observed) => takeSubscriptions(db, observed as SubscriptionEvent[]),
  'payment.events': (db, observed, { channels }) => takePayments(db, observed as PaymentEvent[], channels),
};

/** Of observations that are new; each comes here once per event id. */
export async function project(db: PoolClient, observed: NewObserved[], settings: ProjectSettings): Promise<void> {
  for (const [topic, apply] of Object.entries(PROJECTIONS)) {
    const ofTopic = observed.filter((one) => one.topic === topic);
    if (ofTopic.length > 0) await apply(db, ofTopic, settings);
  }
}
