import { z } from 'zod';
import type { AudioTrackRef, RenditionRef } from '../model/facts';
import { CONTENT_ID, UUID } from '../model/ids';
import { keyProblem } from '../model/object-key';
import { CONTENT_TYPES, RESIDENCIES } from '../model/status';
import { timestampProblem } from './timestamp';

/**
 * Ids of others become log fields, search attributes and index keys: short, and without control characters. A keyword
 * search attribute of Temporal on Postgres holds 255.
 */
const MAX_ID_LENGTH = 255;
const MAX_URL_LENGTH = 2_048;
/** Well above any ladder; keeps one event from filling a history. */
const MAX_VARIANTS = 100;

/** No control character, no half of a surrogate pair. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;
/** Line breaks and tabs are fine in running text. */
const RUNNING_TEXT = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u;
/** Shape of a BCP-47 tag; whether the subtags are registered is not our business. */
const LANGUAGE_TAG = /^(?:[A-Za-z]{2,8}|[xi](?=-))(?:-[A-Za-z0-9]{1,8}){0,8}$/;

export const contentId = z
  .string()
  .regex(CONTENT_ID, 'must be 1 to 128 of A-Z a-z 0-9 . _ : - and not start with a dot');
export const uuid = z.string().regex(UUID, 'must be a UUID');
export const id = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_ID_LENGTH)
  .regex(PRINTABLE, 'must not hold control characters');
export const line = (max: number) =>
  z.string().max(max).regex(PRINTABLE, 'must be one line without control characters').regex(/\S/, 'must not be blank');
export const runningText = (max: number) => z.string().max(max).regex(RUNNING_TEXT, 'must not hold control characters');

/** RFC 3339 with Z or an offset, in a sane year. Stays text; `timestampMs` reads it. */
export const timestamp = textWithout(timestampProblem).meta({ format: 'date-time' });

export const residency = z.enum(RESIDENCIES);
export const contentType = z.enum(CONTENT_TYPES);
export const language = z.string().regex(LANGUAGE_TAG, 'must be a BCP-47 tag or "und"');
/** An opaque relative key; see `keyProblem`. */
export const objectKey = textWithout(keyProblem).meta({
  description: 'opaque relative key: no scheme, //, .., backslash, leading - or /, control character',
});
/** As an object key, but one leading `/` is allowed. */
export const cdnPath = textWithout((path) => keyProblem(path.replace(/^\//, ''))).meta({
  description: 'opaque relative path: as an object key, one leading / is allowed',
});

/** `new URL` takes javascript:, file: and data: as well, and user:password@. */
export const webUrl = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(isWebUrl, 'must be an http or https URL without credentials')
  .meta({ format: 'uri', description: 'http or https, without credentials' });

function isWebUrl(text: string): boolean {
  if (/[\p{Cc}\p{Cs}\s\\]/u.test(text) || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '';
}

const bitrate = z.int().positive();
export const count = z.int().nonnegative();
export const seconds = z.number().nonnegative();

const rendition = z.object({
  resolution: z.string().regex(/^[1-9]\d{1,4}p$/, 'must be the short edge, as "720p"'),
  bitrate,
  s3_key: objectKey,
}) satisfies z.ZodType<RenditionRef>;

const audioTrack = z.object({ bitrate, lang: language, s3_key: objectKey }) satisfies z.ZodType<AudioTrackRef>;

export const renditions = z.array(rendition).max(MAX_VARIANTS);
export const audioTracks = z.array(audioTrack).max(MAX_VARIANTS);

function textWithout(problemOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}
