import { z } from 'zod';
import { contentId, contentType, id, language, line, residency, runningText } from './fields';
import {
  MAX_CATEGORIES,
  MAX_CATEGORY_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  MAX_TITLE_LENGTH,
} from './limits';

/** A content record: who made it, what it is called, where it may be kept. Description and language may be absent. */
export const contentRecord = z.strictObject({
  contentId,
  creatorId: id,
  title: line(MAX_TITLE_LENGTH),
  description: runningText(MAX_DESCRIPTION_LENGTH).nullable().default(null),
  categories: z.array(line(MAX_CATEGORY_LENGTH)).max(MAX_CATEGORIES).default([]),
  tags: z.array(line(MAX_TAG_LENGTH)).max(MAX_TAGS).default([]),
  language: language.nullable().default(null),
  contentType,
  residency,
});
export type ContentRecordInput = z.input<typeof contentRecord>;
