import type { z } from 'zod';
import type { Topic } from '../model/topics';
import { engagementMetrics, mediaProcessed } from './http';
import { engagementEvent, subscriptionChanged } from './topics/engagement';
import { lifecycleEvent } from './topics/internal';
import { drmPackaged, published, transcoded, unpublished, uploadInitiated } from './topics/media';
import { approved, flagged } from './topics/moderation';
import { dispatchRequested } from './topics/notification';
import { paymentEvent } from './topics/payment';

/** The payload of each topic. Strict: nothing is coerced; fields we do not know are dropped. */
export const payloadSchemas = {
  'media.upload.initiated': uploadInitiated,
  'media.transcoded': transcoded,
  'media.drm.packaged': drmPackaged,
  'media.published': published,
  'media.unpublished': unpublished,
  'moderation.flagged': flagged,
  'moderation.approved': approved,
  'user.engagement.events': engagementEvent,
  'engagement.subscription.changed': subscriptionChanged,
  'payment.events': paymentEvent,
  'notification.dispatch.requested': dispatchRequested,
  'upload.media.processed': mediaProcessed,
  'engagement.metrics': engagementMetrics,
  'internal.lifecycle.events': lifecycleEvent,
} as const satisfies Record<Topic, z.ZodType>;

export type PayloadOf<T extends Topic> = z.infer<(typeof payloadSchemas)[T]>;
