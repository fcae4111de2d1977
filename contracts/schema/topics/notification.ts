import { z } from 'zod';
import { CHANNELS, NOTICE_TYPES, type NoticeType, type NoticeVars } from '../../model/notices';
import { DECISIONS } from '../../model/status';
import { contentId, contentType, id, line, runningText, timestamp } from '../fields';
import { MAX_TITLE_LENGTH } from '../limits';
import { paymentEvent } from './payment';

const MAX_VAR_NAME_LENGTH = 64;
const MAX_VAR_LENGTH = 2_000;

/** template_vars: flat, name to text. Templates format nothing themselves, so numbers come as text, already formatted. */
export const dispatchRequested = z.object({
  user_id: id,
  notification_type: z.enum(NOTICE_TYPES),
  channels: z.array(z.enum(CHANNELS)).min(1).max(CHANNELS.length),
  template_id: id,
  template_vars: z.record(line(MAX_VAR_NAME_LENGTH), runningText(MAX_VAR_LENGTH)),
});

const wholeText = z.string().regex(/^(?:0|[1-9]\d*)$/, 'must be a whole number as text');
const { currency, processor } = paymentEvent.shape;

/** What template_vars must hold for each type, and nothing else: a template may rely on all of it. */
export const noticeVars: { [T in NoticeType]: z.ZodType<NoticeVars[T]> } = {
  NEW_CONTENT: z.strictObject({
    content_id: contentId,
    creator_id: id,
    title: line(MAX_TITLE_LENGTH),
    content_type: contentType,
  }),
  PAYMENT_FAILED: z.strictObject({ subscription_id: id, amount: wholeText, currency, processor, processor_ref: id }),
  SUBSCRIPTION_EXPIRING: z.strictObject({ subscription_id: id, expires_at: timestamp }),
  MODERATION_DECISION: z.strictObject({
    content_id: contentId,
    decision: z.enum(DECISIONS),
  }),
  CREATOR_MILESTONE: z.strictObject({ creator_id: id, event_type: line(MAX_VAR_NAME_LENGTH), threshold: wholeText }),
};
