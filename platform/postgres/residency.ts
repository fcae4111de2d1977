import type { Queryable } from './pool';

/** Tables whose rows may be there before their content's residency is known, and the content's id in them. */
const TABLES = [
  ['media_assets', 'episode_id'],
  ['asset_conflicts', 'episode_id'],
  ['content_counts', 'content_id'],
  ['content_metrics', 'content_id'],
] as const;

/**
 * Writes the residency of their content into rows that came before it was known, at most `limit` of each table; returns how
 * many. What somebody writes just now is left for another time: that writer knows it.
 */
export async function fillResidency(db: Queryable, limit: number): Promise<number> {
  let filled = 0;
  for (const [table, id] of TABLES) {
    const done = await db.query(
      `UPDATE ${table} t SET residency = c.residency FROM contents c
       WHERE c.content_id = t.${id} AND t.ctid = ANY (ARRAY(
         SELECT u.ctid FROM ${table} u JOIN contents known ON known.content_id = u.${id}
         WHERE u.residency IS NULL AND known.residency IS NOT NULL LIMIT $1 FOR UPDATE OF u SKIP LOCKED))`,
      [limit],
    );
    filled += done.rowCount ?? 0;
  }
  return filled;
}
