import { MILESTONE_TYPE } from '../../contracts/model/engagement';
import type { Notice } from '../../contracts/model/notices';

/** How far the completed plays of a creator came in one transaction. */
export interface Progress {
  creatorId: string;
  /** Before it. */
  from: number;
  to: number;
}

/** A notice per threshold that was passed. The sum only grows, and with the events it counts, so each is passed once. */
export const crossedMilestones = (
  { creatorId, from, to }: Progress,
  thresholds: readonly number[],
  at: number,
): Notice[] =>
  thresholds
    .filter((threshold) => from < threshold && threshold <= to)
    .map((threshold) => ({
      userId: creatorId,
      type: 'CREATOR_MILESTONE',
      cause: `${MILESTONE_TYPE}:${String(threshold)}`,
      at,
      vars: { creator_id: creatorId, event_type: MILESTONE_TYPE, threshold: String(threshold) },
    }));
