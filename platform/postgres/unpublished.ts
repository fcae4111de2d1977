import { ReelwayError } from '../../contracts/model/errors';
import type { Milestone } from '../../contracts/model/lifecycle';
import { payloadHash } from '../events/identity';
import { prepareMilestone } from '../events/prepare';
import { insertMilestones, isToldAsPublished, type MilestonePlace } from './milestones';
import type { PoolClient } from './pool';

/** Stores one milestone that no run tells. Needs the row lock of the content. Throws MILESTONE_INVALID. */
export async function storeMilestone(db: PoolClient, place: MilestonePlace, milestone: Milestone): Promise<void> {
  const prepared = prepareMilestone(place, milestone);
  if (!prepared.ok) throw new ReelwayError(prepared.refused.code, prepared.refused.message);
  const hash = payloadHash(prepared.row.topic, prepared.payload);
  await insertMilestones(db, place, [{ ...prepared.row, payloadHash: hash }]);
}

export interface Unpublished extends MilestonePlace {
  creatorId: string;
  /** Names the milestone: one per removal. */
  milestone: string;
  reason: string;
  /** ms since 1970. */
  at: number;
}

/** Tells others that they can see it no more, where the last that they heard is that they can. Needs the row lock. */
export async function tellUnpublished(db: PoolClient, of: Unpublished): Promise<void> {
  const { contentId, creatorId, milestone, reason, at } = of;
  if (!(await isToldAsPublished(db, contentId))) return;
  const payload = { content_id: contentId, creator_id: creatorId, reason: printable(reason) };
  await storeMilestone(db, of, { topic: 'media.unpublished', milestone, ordinal: 1, at, payload });
}

/** Whoever wrote the reason may have pasted anything; others get running text. */
const printable = (text: string): string => text.replace(/[^\P{Cc}\t\n\r]/gu, ' ');

/** In the words of the newest decision that removed it. */
export async function readRemovalReason(db: PoolClient, contentId: string): Promise<string> {
  const found = await db.query<{ reason: string }>(
    `SELECT reason FROM decisions WHERE content_id = $1 AND decision = 'REMOVED' ORDER BY decided_at DESC LIMIT 1`,
    [contentId],
  );
  return found.rows[0]?.reason ?? 'removed';
}
