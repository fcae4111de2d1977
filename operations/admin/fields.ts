import { z } from 'zod';

/** Fields that several operations take. What makes a value right is checked by the operation, wherever it was called. */
export const contentId = z.string().meta({ description: '1 to 128 of A-Z a-z 0-9 . _ : -, not starting with a dot' });

export const commandId = z.string().meta({
  description: 'the same id twice is carried out once: make a new one for each command, repeat it after a 503 or 504',
});
export const reason = z.string().meta({ description: 'why; it goes into the audit. At most 2,000 characters' });

/** Fields of every command on a content. */
export const command = { contentId, reason, commandId };

/** Bytes travel as base64. */
export const bytes = z.base64().transform((text): Buffer => Buffer.from(text, 'base64'));

export const nothing: z.ZodType<object> = z.strictObject({});
