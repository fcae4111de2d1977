import { z } from 'zod';
import { ENGAGEMENT_TYPES } from '../../model/engagement';
import { contentId, contentType, count, id } from '../fields';

/** watch_duration_seconds: whole seconds for play events, else null. */
export const engagementEvent = z.object({
  user_id: id,
  content_id: contentId,
  creator_id: id,
  event_type: z.enum(ENGAGEMENT_TYPES),
  watch_duration_seconds: count.nullable(),
  content_type: contentType,
  session_id: id,
});

export const subscriptionChanged = z.object({
  user_id: id,
  creator_id: id,
  action: z.enum(['SUBSCRIBED', 'UNSUBSCRIBED']),
});
