import type { ErrorCode } from '../../contracts/model/errors';
import type { Stage } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** Contents that need an admin, by what stopped them and where. */
export interface AttentionFigure {
  code: ErrorCode | null;
  stage: Stage | null;
  contents: number;
  /** Of the one that waits longest. */
  oldestSince: Date;
}

/** Reads only contents that need attention, by their own index. */
export async function attentionFigures(db: Queryable): Promise<AttentionFigure[]> {
  const found = await db.query<AttentionFigure>(
    `SELECT failure_code AS code, stage, count(*)::int AS contents, min(since) AS "oldestSince"
     FROM contents WHERE attention GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return found.rows;
}
