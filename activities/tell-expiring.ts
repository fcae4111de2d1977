import type { ExpiringReport } from '../contracts/model/work';
import type { Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** Tells everybody whose subscription ends soon; what it does is safe to repeat. */
export const tellExpiring = (deps: ActivityDeps, _attempt: Attempt, _input: null): Promise<ExpiringReport> =>
  deps.tellExpiring();
