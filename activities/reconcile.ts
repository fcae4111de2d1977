import type { ReconcileReport, ReconcileWork } from '../contracts/model/work';
import type { Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** Finds and marks what Postgres and Temporal do not agree on; what it does is safe to repeat. */
export const reconcile = (deps: ActivityDeps, _attempt: Attempt, { actor }: ReconcileWork): Promise<ReconcileReport> =>
  deps.reconcile(actor);
