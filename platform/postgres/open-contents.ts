import type { Note } from '../../contracts/model/attention';
import type { ErrorCode } from '../../contracts/model/errors';
import type { Residency, Status } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** A content whose run was acknowledged and has not ended. */
export interface OpenContent {
  contentId: string;
  status: Status;
  failureCode: ErrorCode | null;
  generation: number;
  /** It was taken down. */
  isRemoved: boolean;
}

/** A page in the order of the ids; `after` is the last id of the page before, '' for the first. */
export async function openContents(db: Queryable, page: { after: string; limit: number }): Promise<OpenContent[]> {
  const found = await db.query<OpenContent>(
    `SELECT content_id AS "contentId", status, generation, failure_code AS "failureCode",
       removed_at IS NOT NULL AS "isRemoved" FROM contents
     WHERE phase = 'open' AND content_id > $1 ORDER BY content_id LIMIT $2`,
    [page.after, page.limit],
  );
  return found.rows;
}

/** Those of them that are open still. */
export async function stillOpen(db: Queryable, contentIds: string[]): Promise<Set<string>> {
  const found = await db.query<{ id: string }>(
    `SELECT content_id AS id FROM contents WHERE content_id = ANY($1) AND phase = 'open'`,
    [contentIds],
  );
  return new Set(found.rows.map(({ id }) => id));
}

/** A content whose work may be failing again and again, or be waiting for a worker that is not there. */
export interface LongUnderWay {
  contentId: string;
  status: Status;
  residency: Residency | null;
  /** What it says already; null: neither. */
  noted: Note | null;
  /** For longer than work is tried without an admin. */
  isLong: boolean;
}

export interface LongQuery {
  /** How long work may be tried, and how long it may wait in a queue, before an admin hears of it. */
  retryingLongMs: number;
  queueWaitMs: number;
  limit: number;
}

const SAYS_RETRYING = `stages @> '[{"code": "RETRYING_LONG"}]'`;
const SAYS_NO_WORKER = `stages @> '[{"code": "NO_WORKER"}]'`;

/**
 * Contents in the same state for long while work of ours goes on, and those that have one of the two codes at a stage:
 * where they are more than `limit`, others each time.
 */
export async function longUnderWay(db: Queryable, query: LongQuery): Promise<LongUnderWay[]> {
  const { retryingLongMs, queueWaitMs, limit } = query;
  const found = await db.query<LongUnderWay>(
    `SELECT content_id AS "contentId", status, residency,
       CASE WHEN ${SAYS_RETRYING} THEN 'RETRYING_LONG' WHEN ${SAYS_NO_WORKER} THEN 'NO_WORKER' END AS noted,
       ${SAYS_RETRYING} OR since < now() - $1::bigint * interval '1 millisecond' AS "isLong"
     FROM contents
     WHERE phase = 'open' AND (status = 'RUNNING' AND since < now() - $2::bigint * interval '1 millisecond'
       OR attention AND (${SAYS_RETRYING} OR ${SAYS_NO_WORKER}))
     ORDER BY noted NULLS LAST, random() LIMIT $3`,
    [retryingLongMs, Math.min(retryingLongMs, queueWaitMs), limit],
  );
  return found.rows;
}
