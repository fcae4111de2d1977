import type { ErrorCode } from '../../contracts/model/errors';
import type { Status } from '../../contracts/model/status';
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

/** A content whose work may be failing again and again. */
export interface LongUnderWay {
  contentId: string;
  status: Status;
  /** It says so already. */
  noted: boolean;
}

/**
 * Contents in the same state for longer than `olderMs` while work of ours goes on, and those that say RETRYING_LONG: where
 * they are more than `limit`, others each time.
 */
export async function longUnderWay(db: Queryable, page: { olderMs: number; limit: number }): Promise<LongUnderWay[]> {
  const found = await db.query<LongUnderWay>(
    `SELECT content_id AS "contentId", status, stages @> '[{"code": "RETRYING_LONG"}]' AS noted FROM contents
     WHERE phase = 'open' AND (status = 'RUNNING' AND since < now() - $1::bigint * interval '1 millisecond'
       OR attention AND stages @> '[{"code": "RETRYING_LONG"}]')
     ORDER BY noted DESC, random() LIMIT $2`,
    [page.olderMs, page.limit],
  );
  return found.rows;
}
