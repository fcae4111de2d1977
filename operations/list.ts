import { z } from 'zod';
import { ERRORS, ReelwayError, type ErrorCode } from '../contracts/model/errors';
import { CONTENT_TYPES, RESIDENCIES, STAGES, STATUSES } from '../contracts/model/status';
import { listContents, type ContentFilter } from '../platform/postgres/contents';
import type { OperationsDeps } from './deps';
import { parseInput } from './input';
import { summaryOf, type ContentSummary } from './views';

const MAX_LIMIT = 1_000;
/** A hundred years; Postgres has times to count back to. */
const MAX_AGE_MS = 100 * 365 * 24 * 60 * 60 * 1_000;

export const listInput = z.strictObject({
  stage: z.enum(STAGES).optional(),
  status: z.enum(STATUSES).optional(),
  attention: z.boolean().optional(),
  code: z.enum(Object.keys(ERRORS) as ErrorCode[]).optional(),
  creatorId: z.string().optional(),
  residency: z.enum(RESIDENCIES).optional(),
  contentType: z.enum(CONTENT_TYPES).optional(),
  /** In its status for at least so long. */
  minAgeMs: z.int().nonnegative().max(MAX_AGE_MS).optional(),
  limit: z.int().min(1).max(MAX_LIMIT).optional(),
  /** What an earlier page gave as `next`. */
  after: z.string().optional(),
});
export type ListInput = z.input<typeof listInput>;

export interface ContentList {
  contents: ContentSummary[];
  /** Give it as `after` for the next page; null: there is none. */
  next: string | null;
}

/** Contents, newest change first, a page at a time. Throws INPUT_INVALID. */
export async function list(deps: Pick<OperationsDeps, 'pool'>, input: ListInput = {}): Promise<ContentList> {
  const { after, ...filter } = parseInput(listInput, input);
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ContentFilter;
  const page = await listContents(deps.pool, after === undefined ? given : { ...given, after: readCursor(after) });
  return { contents: page.contents.map(summaryOf), next: page.next && writeCursor(page.next) };
}

const cursor = z.strictObject({
  updatedAt: z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)*$/),
  contentId: z.string().max(128),
});

const writeCursor = (next: z.output<typeof cursor>): string => Buffer.from(JSON.stringify(next)).toString('base64url');

function readCursor(text: string): z.output<typeof cursor> {
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new ReelwayError('INPUT_INVALID', 'after: is not what an earlier page gave', { cause });
  }
}
