import type { Notice } from '../../contracts/model/lifecycle';
import type { PayloadOf } from '../../contracts/schema/payloads';

type DispatchRequest = PayloadOf<'notification.dispatch.requested'>;

/** How each type reaches people. Money and decisions are worth an e-mail; news is not. */
const DISPATCH: Record<Notice['type'], Pick<DispatchRequest, 'channels' | 'template_id'>> = {
  MODERATION_DECISION: { channels: ['IN_APP', 'EMAIL'], template_id: 'moderation-decision' },
  NEW_CONTENT: { channels: ['PUSH', 'IN_APP'], template_id: 'new-content' },
  CREATOR_MILESTONE: { channels: ['PUSH', 'IN_APP'], template_id: 'creator-milestone' },
  PAYMENT_FAILED: { channels: ['EMAIL', 'IN_APP'], template_id: 'payment-failed' },
  SUBSCRIPTION_EXPIRING: { channels: ['EMAIL', 'PUSH'], template_id: 'subscription-expiring' },
};

export const noticePayload = (notice: Notice): DispatchRequest => ({
  user_id: notice.userId,
  notification_type: notice.type,
  ...DISPATCH[notice.type],
  template_vars: notice.vars,
});
