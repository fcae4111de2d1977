import { ReelwayError } from '../../contracts/model/errors';
import type { Queryable } from './pool';

/** What somebody commanded. args: the plain values that make this command another one than its like. */
export interface AuditEntry {
  /** null: nothing to repeat by id (a registration). */
  commandId: string | null;
  contentId: string | null;
  actor: string;
  verb: string;
  reason: string;
  args: Record<string, string | number | boolean | null>;
}

export interface AuditRow extends AuditEntry {
  auditId: string;
  at: Date;
}

const COLUMNS = `audit_id::text AS "auditId", at, command_id AS "commandId", content_id AS "contentId", actor, verb, reason, args`;

/**
 * Writes what is about to be done. It comes before the deed: where this throws, nothing may happen.
 * The same command id again gives back the first row, with its time. Throws COMMAND_ID_REUSED where that row is another command.
 */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<AuditRow> {
  const written = await db.query<AuditRow>(
    `INSERT INTO audit (command_id, content_id, actor, verb, reason, args) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (command_id) WHERE command_id IS NOT NULL DO NOTHING RETURNING ${COLUMNS}`,
    [entry.commandId, entry.contentId, entry.actor, entry.verb, entry.reason, JSON.stringify(entry.args)],
  );
  const row = written.rows[0] ?? (await firstOf(db, entry.commandId));
  if (!isSame(row, entry)) {
    throw new ReelwayError(
      'COMMAND_ID_REUSED',
      `Command ${String(entry.commandId)} was ${row.verb} of ${row.contentId ?? '-'} by ${row.actor}.`,
    );
  }
  return row;
}

async function firstOf(db: Queryable, commandId: string | null): Promise<AuditRow> {
  const found = await db.query<AuditRow>(`SELECT ${COLUMNS} FROM audit WHERE command_id = $1`, [commandId]);
  const row = found.rows[0];
  if (!row) throw new ReelwayError('INTERNAL', 'The audit row was neither written nor found.');
  return row;
}

const isSame = (row: AuditRow, entry: AuditEntry): boolean =>
  row.verb === entry.verb && row.contentId === entry.contentId && sorted(row.args) === sorted(entry.args);

/** jsonb gives keys back in an order of its own. */
const sorted = (args: AuditEntry['args']): string =>
  JSON.stringify(Object.entries(args).sort(([left], [right]) => (left < right ? -1 : 1)));

/** What people did about a dead letter, oldest first. */
export async function readLetterAudit(db: Queryable, letterId: string): Promise<AuditRow[]> {
  const found = await db.query<AuditRow>(
    `SELECT ${COLUMNS} FROM audit WHERE args ->> 'letter' = $1 ORDER BY audit_id`,
    [letterId],
  );
  return found.rows;
}

/** The build that was made current last, beside the one that is so now; null: none. */
export async function readBuildBefore(db: Queryable, current: string | null): Promise<string | null> {
  const found = await db.query<{ build: string }>(
    `SELECT args ->> 'build' AS build FROM audit
     WHERE verb IN ('deploy-promote', 'deploy-rollback') AND args ->> 'build' IS DISTINCT FROM $1
     ORDER BY audit_id DESC LIMIT 1`,
    [current],
  );
  return found.rows[0]?.build ?? null;
}
