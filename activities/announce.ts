import type { AnnounceInput, AnnounceResult } from '../contracts/model/work';
import type { Attempt } from './attempt';
import type { ActivityDeps } from './deps';

/** Kafka's own delivery time-out is two minutes; an announcement that takes longer is a stuck one. */
const LONGEST_MS = 180_000;

/** Tells the rest of the platform; see the port Outbound for what that means. */
export const announce = (deps: ActivityDeps, attempt: Attempt, input: AnnounceInput): Promise<AnnounceResult> =>
  attempt.pulse({ percent: 0, label: 'announce' }, LONGEST_MS, () => deps.outbound.announce(input));
