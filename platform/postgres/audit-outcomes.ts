import type { ErrorCode } from '../../contracts/model/errors';
import type { AuditRow } from './audit';
import type { Queryable } from './pool';

/** What a command came to. unknown: no answer came, and it may still be carried out. code: why, where it is not done. */
export interface AuditOutcome {
  outcome: 'done' | 'refused' | 'unknown';
  code: ErrorCode | null;
}

/** outcome null: nobody wrote it down, or the verb ends with its row. */
export interface AuditedRow extends AuditRow {
  outcome: AuditOutcome['outcome'] | null;
  code: ErrorCode | null;
}

/** Beside the row of what was commanded; the same word again is no other one. */
export async function writeOutcome(db: Queryable, auditId: string, { outcome, code }: AuditOutcome): Promise<void> {
  await db.query(
    `INSERT INTO audit_outcomes (audit_id, outcome, code)
     SELECT $1::bigint, $2::text, $3::text WHERE NOT EXISTS (
       SELECT 1 FROM (SELECT outcome, code FROM audit_outcomes WHERE audit_id = $1 ORDER BY outcome_id DESC LIMIT 1) last
       WHERE last.outcome = $2 AND last.code IS NOT DISTINCT FROM $3)`,
    [auditId, outcome, code],
  );
}

/**
 * What was commanded of a content, oldest first, each with what it came to: the last answer, whatever stayed unknown before
 * or after it. A command of content without a run has its own record, which is the answer.
 */
export async function readAudit(db: Queryable, contentId: string): Promise<AuditedRow[]> {
  const found = await db.query<AuditedRow>(
    `SELECT a.audit_id::text AS "auditId", a.at, a.command_id AS "commandId", a.content_id AS "contentId", a.actor, a.verb,
       a.reason, a.args,
       CASE WHEN m.command_id IS NULL THEN o.outcome WHEN m.refused IS NULL THEN 'done' ELSE 'refused' END AS outcome,
       CASE WHEN m.command_id IS NULL THEN o.code ELSE m.refused END AS code
     FROM audit a
     LEFT JOIN content_commands m ON m.command_id = a.command_id
     LEFT JOIN LATERAL (SELECT outcome, code FROM audit_outcomes WHERE audit_id = a.audit_id
       ORDER BY outcome = 'unknown', outcome_id DESC LIMIT 1) o ON true
     WHERE a.content_id = $1 ORDER BY a.audit_id`,
    [contentId],
  );
  return found.rows;
}
