import type { DeadLetterStatus } from './dead-letter-views';
import { BURIED_CODES } from './dead-letters';
import type { Queryable } from './pool';

/** A dead letter whose row is locked. */
export interface LockedLetter {
  id: string;
  consumer: string;
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
  /** The record's own time, ms; of letters that do not know it, when they became dead. */
  recordMs: string;
  eventId: string | null;
  contentId: string | null;
  rowId: string | null;
  code: string;
  status: DeadLetterStatus;
  redrives: number;
  lastCommand: string | null;
  lastCode: string | null;
  /** The newest corrected bytes. */
  correction: Buffer | null;
}

/** Whose inbox row a letter is, read without a lock: the key of that row is locked before the letter. */
export async function ownRowKey(db: Queryable, id: string): Promise<string | null> {
  const found = await db.query<{ key: string }>(
    `SELECT content_id AS key FROM dead_letters WHERE id = $1 AND code = ANY($2) AND row_id IS NOT NULL`,
    [id, BURIED_CODES],
  );
  return found.rows[0]?.key ?? null;
}

/** Locks the letter until the transaction ends: whoever else wants it waits, and then sees what became of it. */
export async function lockLetter(db: Queryable, id: string): Promise<LockedLetter | null> {
  const found = await db.query<Omit<LockedLetter, 'correction'>>(
    `SELECT id::text AS id, consumer, topic, partition, kafka_offset::text AS "offset", record_key AS key, value, headers,
       coalesce(record_ms, (extract(epoch FROM at) * 1000)::bigint)::text AS "recordMs", event_id AS "eventId",
       content_id AS "contentId", row_id::text AS "rowId", code, status, redrives, last_command AS "lastCommand",
       last_code AS "lastCode"
     FROM dead_letters WHERE id = $1 FOR UPDATE`,
    [id],
  );
  const letter = found.rows[0];
  // A statement of its own: the one that waited for the lock still sees the corrections of before.
  return letter ? { ...letter, correction: await newestCorrection(db, id) } : null;
}

async function newestCorrection(db: Queryable, id: string): Promise<Buffer | null> {
  const found = await db.query<{ value: Buffer }>(
    'SELECT value FROM dead_letter_corrections WHERE letter_id = $1 ORDER BY ordinal DESC LIMIT 1',
    [id],
  );
  return found.rows[0]?.value ?? null;
}

/** What happened to the inbox row of a buried fact. */
export type OwnRow = 'reopened' | 'not-dead' | 'gone';

export async function reopenOwnRow(db: Queryable, rowId: string): Promise<OwnRow> {
  const opened = await db.query(`UPDATE inbox SET status = 'open' WHERE row_id = $1 AND status = 'dead'`, [rowId]);
  if (opened.rowCount === 1) return 'reopened';
  const there = await db.query('SELECT 1 FROM inbox WHERE row_id = $1', [rowId]);
  return there.rowCount === 0 ? 'gone' : 'not-dead';
}

/** A buried fact whose row was dropped comes in anew; its identity would call it a repeat of what nobody has applied. */
export async function forgetBuried(db: Queryable, consumer: string, eventId: string, rowId: string): Promise<void> {
  await db.query(
    `DELETE FROM event_ids WHERE consumer = $1 AND event_id = $2 AND row_id = $3
       AND (outcome IS NULL OR outcome IN ('parked', 'dead'))`,
    [consumer, eventId, rowId],
  );
}

export async function markRedriven(db: Queryable, id: string, commandId: string): Promise<void> {
  await db.query(
    `UPDATE dead_letters SET resolved_at = now(), discarded_at = NULL, redriven_at = now(), redrives = redrives + 1,
       last_command = $2, last_code = NULL WHERE id = $1`,
    [id, commandId],
  );
}

/** Tried in vain; quarantined where that was the last try it had. A letter that was discarded stays so. */
export async function markStillDead(
  db: Queryable,
  id: string,
  tried: { commandId: string; code: string; maxRedrives: number },
): Promise<void> {
  await db.query(
    `UPDATE dead_letters SET redriven_at = now(), redrives = redrives + 1, last_command = $2, last_code = $3,
       quarantined_at = CASE WHEN redrives + 1 >= $4 THEN coalesce(quarantined_at, now()) ELSE quarantined_at END
     WHERE id = $1`,
    [id, tried.commandId, tried.code, tried.maxRedrives],
  );
}

export async function quarantine(db: Queryable, id: string): Promise<void> {
  await db.query('UPDATE dead_letters SET quarantined_at = coalesce(quarantined_at, now()) WHERE id = $1', [id]);
}

export interface NewCorrection {
  commandId: string;
  actor: string;
  reason: string;
  value: Buffer;
}

/** Under the lock of its letter. */
export async function insertCorrection(db: Queryable, letterId: string, correction: NewCorrection): Promise<void> {
  await db.query(
    `INSERT INTO dead_letter_corrections (letter_id, ordinal, command_id, actor, reason, value)
     SELECT $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5 FROM dead_letter_corrections WHERE letter_id = $1`,
    [letterId, correction.commandId, correction.actor, correction.reason, correction.value],
  );
}

/** The letter is given up; an upload of its content does not open it again. The bytes stay. */
export async function markDiscarded(db: Queryable, id: string): Promise<void> {
  await db.query('UPDATE dead_letters SET discarded_at = now(), resolved_at = now() WHERE id = $1', [id]);
}
