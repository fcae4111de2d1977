import { z } from 'zod';
import { count, id } from '../fields';

/** amount: whole kobo for NGN, whole cents for USD. */
export const paymentEvent = z.object({
  subscriber_id: id,
  subscription_id: id,
  event_type: z.enum(['payment.processed', 'payment.failed']),
  amount: count,
  currency: z.enum(['NGN', 'USD']),
  processor: z.enum(['PAYSTACK', 'STRIPE']),
  processor_ref: id,
});
