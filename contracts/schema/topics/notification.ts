import { z } from 'zod';
import type { Notice } from '../../model/lifecycle';
import { id, line, runningText } from '../fields';

const NOTIFICATION_TYPES = [
  'NEW_CONTENT',
  'PAYMENT_FAILED',
  'SUBSCRIPTION_EXPIRING',
  'MODERATION_DECISION',
  'CREATOR_MILESTONE',
] as const satisfies readonly Notice['type'][];

const MAX_VAR_NAME_LENGTH = 64;
const MAX_VAR_LENGTH = 2_000;

/** template_vars: flat, name to text. Templates format nothing themselves, so numbers come as text, already formatted. */
export const dispatchRequested = z.object({
  user_id: id,
  notification_type: z.enum(NOTIFICATION_TYPES),
  channels: z
    .array(z.enum(['PUSH', 'EMAIL', 'IN_APP']))
    .min(1)
    .max(3),
  template_id: id,
  template_vars: z.record(line(MAX_VAR_NAME_LENGTH), runningText(MAX_VAR_LENGTH)),
});
