import { z } from 'zod';
import type { Flag } from '../../model/facts';
import { CHECK_TYPES, PRIORITIES } from '../../model/status';
import { contentId, id, seconds } from '../fields';

/** A scene-by-scene check of a long film stays below this. */
const MAX_FLAGS = 1_000;

const flag = z.object({
  check_type: z.enum(CHECK_TYPES),
  confidence_score: z.number().min(0).max(1),
  flagged_timestamp_start: seconds.nullable(),
  flagged_timestamp_end: seconds.nullable(),
}) satisfies z.ZodType<Flag>;

/** That an end lies before its start is let through: refusing the event would publish what somebody flagged. */
export const flagged = z.object({
  content_id: contentId,
  creator_id: id,
  flags: z.array(flag).min(1).max(MAX_FLAGS),
  queue_priority: z.enum(PRIORITIES),
});

/** REMOVED is no value here: only our own admins have it. */
export const approved = z.object({
  content_id: contentId,
  reviewer_id: id,
  decision: z.enum(['APPROVED', 'AGE_GATED', 'EDIT_REQUESTED']),
});
