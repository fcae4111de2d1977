import { z } from 'zod';
import { CONTENT_ID } from '../model/ids';
import { CONTENT_TYPES, RESIDENCIES } from '../model/status';

/** What media.published and the operators' lists have to carry; generous for people, bounded for messages. */
const MAX_ID = 200;
const MAX_TITLE = 300;
const MAX_DESCRIPTION = 10_000;
const MAX_LABELS = 50;
const MAX_LABEL = 100;

// NUL cannot be stored in Postgres, other control characters (except line ends and tabs) have no place in a title.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

// Half a surrogate pair is no text: jsonb and UTF-8 refuse it.
const LONE_SURROGATE = /\p{Surrogate}/u;

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `may have at most ${String(max)} characters`)
    .refine((value) => !CONTROL.test(value) && !LONE_SURROGATE.test(value), 'must not hold control characters');

const labels = z.array(text(MAX_LABEL)).max(MAX_LABELS, `may have at most ${String(MAX_LABELS)} entries`);

/** A content record: who made it, what it is called, where it may be kept. Description and language may be absent. */
export const contentRecord = z.strictObject({
  contentId: z.string().regex(CONTENT_ID, 'must be 1 to 128 of A-Z a-z 0-9 . _ : - and not start with a dot'),
  creatorId: text(MAX_ID),
  title: text(MAX_TITLE),
  description: text(MAX_DESCRIPTION).nullable().default(null),
  categories: labels.default([]),
  tags: labels.default([]),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a BCP-47 tag such as en or pt-BR')
    .nullable()
    .default(null),
  contentType: z.enum(CONTENT_TYPES),
  residency: z.enum(RESIDENCIES),
});
export type ContentRecordInput = z.input<typeof contentRecord>;
