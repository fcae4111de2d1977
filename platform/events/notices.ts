import { OUR_SOURCE } from '../../contracts/model/ids';
import type { Channel, Notice, NoticeSubject, NoticeType } from '../../contracts/model/notices';
import type { NewContent, OutgoingRecord } from '../../contracts/model/ports';
import type { Topic } from '../../contracts/model/topics';
import { TRACEPARENT } from '../../contracts/model/trace';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { cloudEventHeaders } from './cloud-events';
import { noticeEventId } from './identity';

/** The only place that names it for sending. */
export const NOTICE_TOPIC = 'notification.dispatch.requested' satisfies Topic;

type DispatchRequest = PayloadOf<typeof NOTICE_TOPIC>;

const TEMPLATES: Record<NoticeType, string> = {
  MODERATION_DECISION: 'moderation-decision',
  NEW_CONTENT: 'new-content',
  CREATOR_MILESTONE: 'creator-milestone',
  PAYMENT_FAILED: 'payment-failed',
  SUBSCRIPTION_EXPIRING: 'subscription-expiring',
};

export const noticePayload = (notice: Notice, channels: readonly Channel[]): DispatchRequest => ({
  user_id: notice.userId,
  notification_type: notice.type,
  channels: [...channels],
  template_id: TEMPLATES[notice.type],
  template_vars: { ...notice.vars },
});

/** Which event it is and, where it tells of a content, of which one and where that may be kept. */
export const noticeHeaders = (
  event: { eventId: string; timestamp: string },
  about: NoticeSubject | undefined,
): Record<string, string> => ({
  ...cloudEventHeaders({ ...event, topic: NOTICE_TOPIC }),
  'event-id': event.eventId,
  ...(about && { 'content-id': about.contentId, residency: about.residency }),
  ...(about?.traceparent !== undefined && { [TRACEPARENT]: about.traceparent }),
});

/** Of new content for one of its subscribers. */
export const newContentNotice = (of: NewContent, userId: string): Notice => ({
  userId,
  type: 'NEW_CONTENT',
  cause: of.contentId,
  at: of.at,
  vars: { content_id: of.contentId, creator_id: of.creatorId, title: of.title, content_type: of.contentType },
  about: {
    contentId: of.contentId,
    residency: of.residency,
    ...(of.traceparent !== null && { traceparent: of.traceparent }),
  },
});

/**
 * The records of new content, byte for byte as they would be made one by one; all that is the same for every subscriber
 * is written once. For ids of subscribers that were checked when they came in.
 */
export function newContentRecords(of: NewContent): (userId: string) => OutgoingRecord {
  const { about, ...notice } = newContentNotice(of, '');
  const timestamp = new Date(of.at).toISOString();
  const { user_id: _userId, ...rest } = noticePayload(notice, of.channels);
  const middle = `","timestamp":"${timestamp}","source_service":"${OUR_SOURCE}","payload":{"user_id":`;
  const end = `,${JSON.stringify(rest).slice(1)}}`;
  const shared = noticeHeaders({ eventId: '', timestamp }, about);
  return (userId) => {
    const eventId = noticeEventId({ userId, type: notice.type, cause: notice.cause });
    return {
      topic: NOTICE_TOPIC,
      key: userId,
      value: Buffer.from(`{"event_id":"${eventId}${middle}${JSON.stringify(userId)}${end}`),
      headers: { ...shared, ce_id: eventId, 'event-id': eventId },
    };
  };
}
