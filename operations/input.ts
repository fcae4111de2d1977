import type { z } from 'zod';
import { ReelwayError } from '../contracts/model/errors';
import { CONTENT_ID } from '../contracts/model/ids';
import { MAX_COMMAND_REASON } from '../contracts/schema/limits';

/** The value, or INPUT_INVALID that names every field that is not right. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const field = issue.path.map(String).join('.') || 'input';
    return isAbsent(value, issue.path) ? `${field} is missing` : `${field}: ${issue.message}`;
  });
  throw new ReelwayError('INPUT_INVALID', problems.join('; '));
}

const isAbsent = (value: unknown, path: PropertyKey[]): boolean =>
  path.reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name], value) ===
  undefined;

/** Refuses an id that cannot be anybody's before it reaches a server. */
export function checkContentId(contentId: string): string {
  if (CONTENT_ID.test(contentId)) return contentId;
  throw new ReelwayError(
    'INPUT_INVALID',
    'A content id is 1 to 128 of A-Z a-z 0-9 . _ : - and does not start with a dot.',
  );
}

/** NUL and halves of surrogate pairs: Postgres stores neither. */

const UNSTORABLE = /\u0000|\p{Surrogate}/u;

/** The reason of a command, trimmed. Throws REASON_MISSING, INPUT_INVALID. */
export function checkReason(reason: string | undefined): string {
  const text = reason?.trim() ?? '';
  if (text === '') throw new ReelwayError('REASON_MISSING');
  if (text.length > MAX_COMMAND_REASON) {
    throw new ReelwayError(
      'INPUT_INVALID',
      `The reason has ${String(text.length)} characters; at most ${String(MAX_COMMAND_REASON)}.`,
    );
  }
  if (UNSTORABLE.test(text)) {
    throw new ReelwayError('INPUT_INVALID', 'The reason holds a NUL character or half of a surrogate pair.');
  }
  return text;
}
