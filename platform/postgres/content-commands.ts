import { ReelwayError, type ErrorCode } from '../../contracts/model/errors';
import type { FinishedVerb } from '../../contracts/model/generation';
import { writeAudit, type AuditEntry } from './audit';
import type { Queryable } from './pool';

/** What a person asked for of content that has no run: it is finished, or lost it. */
export interface ContentCommand {
  commandId: string;
  contentId: string;
  verb: FinishedVerb | 'recover' | 'cancel';
  actor: string;
  reason: string;
}

/** What it came to. generation: that it began; null: none. */
export type CommandEnd = { generation: number | null } | { refused: ErrorCode; message: string };

/**
 * Writes the audit row of a command, and answers with what it came to where it was given before: then nothing is done
 * again. Needs the lock of the content's row. Throws COMMAND_ID_REUSED.
 */
export async function beginCommand(
  db: Queryable,
  { commandId, contentId, verb, actor, reason }: ContentCommand,
  args: AuditEntry['args'],
): Promise<CommandEnd | null> {
  await writeAudit(db, { commandId, contentId, actor, verb, reason, args });
  const found = await db.query<{ refused: ErrorCode | null; message: string | null; generation: number | null }>(
    'SELECT refused, message, generation FROM content_commands WHERE command_id = $1',
    [commandId],
  );
  const row = found.rows[0];
  if (!row) return null;
  return row.refused === null ? { generation: row.generation } : { refused: row.refused, message: row.message ?? '' };
}

/** In the transaction of what was done: the same command id is answered with this from now on. */
export async function endCommand(db: Queryable, command: ContentCommand, end: CommandEnd): Promise<void> {
  const { commandId, contentId, verb, actor, reason } = command;
  const [refused, message] = 'refused' in end ? [end.refused, end.message] : [null, null];
  await db.query(
    `INSERT INTO content_commands (command_id, content_id, verb, actor, reason, refused, message, generation)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [commandId, contentId, verb, actor, reason, refused, message, 'refused' in end ? null : end.generation],
  );
}

/** The generation that the command began, or the refusal that it met, thrown. */
export function answered(end: CommandEnd, hint?: string): number | null {
  if ('refused' in end) throw new ReelwayError(end.refused, end.message, hint === undefined ? {} : { hint });
  return end.generation;
}

/** A generation, why it was begun and by whom, and how it ended; null: it has not. */
export interface GenerationRow {
  generation: number;
  /** "upload:SESSION", "flag:KEY", "command:ID". */
  cause: string;
  verb: ContentCommand['verb'] | null;
  actor: string | null;
  reason: string | null;
  begunAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  outcome: string | null;
}

/** Oldest first. */
export async function readGenerations(db: Queryable, contentId: string): Promise<GenerationRow[]> {
  const found = await db.query<GenerationRow>(
    `SELECT g.generation, g.cause, m.verb, m.actor, m.reason, g.created_at AS "begunAt", g.started_at AS "startedAt",
       g.ended_at AS "endedAt", g.outcome
     FROM generations g
     LEFT JOIN content_commands m ON m.content_id = g.content_id AND m.generation = g.generation
     WHERE g.content_id = $1 ORDER BY g.generation`,
    [contentId],
  );
  return found.rows;
}

/** Who removed it, when and why; a takedown or a decision, whichever is newer. Null: nobody, or it is not known. */
export interface Removal {
  actor: string;
  at: Date;
  reason: string;
}

export async function readRemoval(db: Queryable, contentId: string): Promise<Removal | null> {
  const found = await db.query<Removal>(
    `SELECT actor, at, reason FROM content_commands
       WHERE content_id = $1 AND verb = 'takedown' AND refused IS NULL
     UNION ALL SELECT actor, decided_at, reason FROM decisions WHERE content_id = $1 AND decision = 'REMOVED'
     ORDER BY at DESC LIMIT 1`,
    [contentId],
  );
  return found.rows[0] ?? null;
}
