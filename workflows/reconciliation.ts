import { proxyActivities } from '@temporalio/workflow';
import { CATALOG_QUEUE, type Activities, type ReconcileReport } from '../contracts/model/work';

/** Not repeated: the schedule begins the next one soon, and a look that fails is to be seen as such. */
const { reconcile } = proxyActivities<Activities>({
  taskQueue: CATALOG_QUEUE,
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 1 },
});

/** What the schedule begins: one look at all open contents and runs. */
export const reconciliation = (): Promise<ReconcileReport> => reconcile({ actor: 'reconciler' });
