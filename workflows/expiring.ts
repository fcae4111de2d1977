import { proxyActivities } from '@temporalio/workflow';
import { CATALOG_QUEUE, type Activities, type ExpiringReport } from '../contracts/model/work';

/** The schedule begins the next look soon; a look that fails is to be seen as such. */
const { tellExpiring } = proxyActivities<Activities>({
  taskQueue: CATALOG_QUEUE,
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 3 },
});

/** What the schedule begins: one look at all subscriptions that end soon. */
export const subscriptionsExpiring = (): Promise<ExpiringReport> => tellExpiring();
