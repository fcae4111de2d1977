import type { Queryable } from './pool';

/**
 * - open: nobody has done anything about it, or it was tried in vain
 * - redriven: it went in again, by a person or because its upload came
 * - discarded: a person gave it up; the bytes stay
 * - quarantined: tried in vain too often
 */
export const DEAD_LETTER_STATUSES = ['open', 'redriven', 'discarded', 'quarantined'] as const;
export type DeadLetterStatus = (typeof DEAD_LETTER_STATUSES)[number];

/** A record that could not be used, as lists show it. offset is decimal text; key as text, null without one. */
export interface DeadLetterSummary {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  key: string | null;
  eventId: string | null;
  contentId: string | null;
  code: string;
  reason: string;
  at: Date;
  status: DeadLetterStatus;
  /** How often it was tried again. */
  redrives: number;
  /** How often the very same record was refused again. */
  repeats: number;
  /** Somebody has stored corrected bytes. */
  corrected: boolean;
}

/** With the bytes as they came; secret-class. */
export interface DeadLetterRecord extends Omit<DeadLetterSummary, 'key'> {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
  /** The record's own time, ms since 1970; null: it has none, or came before it was kept. */
  recordMs: number | null;
  /** Why the last try failed. */
  lastCode: string | null;
  correction: { value: Buffer; at: Date; actor: string; reason: string } | null;
}

export interface DeadLetterFilter {
  topic?: string;
  code?: string;
  contentId?: string;
  /** Default: open and quarantined. */
  status?: DeadLetterStatus;
  /** Became dead at or after, and before. */
  since?: Date;
  until?: Date;
}

/** A page in the order of the ids: `after` is the last id of the page before. */
export interface DeadLetterPage {
  order: 'newest' | 'oldest';
  limit: number;
  after?: string;
}

const COLUMNS = `d.id::text AS id, d.topic, d.partition, d.kafka_offset::text AS "offset", d.record_key AS "key",
  d.event_id AS "eventId", d.content_id AS "contentId", d.code, d.reason, d.at, d.status, d.redrives, d.repeats,
  EXISTS (SELECT 1 FROM dead_letter_corrections k WHERE k.letter_id = d.id) AS corrected`;

const WITH_BYTES = `${COLUMNS}, d.value, d.headers, d.record_ms::float8 AS "recordMs", d.last_code AS "lastCode",
  c.value AS "correctedValue", c.at AS "correctedAt", c.actor AS "correctedBy", c.reason AS "correctedWhy"`;

const NEWEST_CORRECTION = `LEFT JOIN LATERAL (SELECT k.value, k.at, k.actor, k.reason FROM dead_letter_corrections k
  WHERE k.letter_id = d.id ORDER BY k.ordinal DESC LIMIT 1) c ON true`;

interface Where {
  sql: string;
  values: unknown[];
}

/** Only what is asked for stands in the statement: `$1 IS NULL OR …` would keep the planner from every index. */
function whereOf(filter: DeadLetterFilter, page?: DeadLetterPage): Where {
  const values: unknown[] = [];
  const given = (sql: string, value: unknown): string[] =>
    value === undefined ? [] : [sql.replace('?', `$${String(values.push(value))}`)];
  const conditions = [
    ...given('d.topic = ?', filter.topic),
    ...given('d.code = ?', filter.code),
    ...given('d.content_id = ?', filter.contentId),
    ...(filter.status === undefined ? ['d.resolved_at IS NULL'] : given('d.status = ?', filter.status)),
    ...given('d.at >= ?', filter.since),
    ...given('d.at < ?', filter.until),
    ...given(page?.order === 'newest' ? 'd.id < ?' : 'd.id > ?', page?.after),
  ];
  return { sql: conditions.join(' AND '), values };
}

const orderOf = ({ order, limit }: DeadLetterPage): string =>
  `ORDER BY d.id ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT ${String(limit)}`;

/** The statement of a page; its own, so that a test can look at its plan. */
export function pageStatement(filter: DeadLetterFilter, page: DeadLetterPage): { text: string; values: unknown[] } {
  const where = whereOf(filter, page);
  return { text: `SELECT ${COLUMNS} FROM dead_letters d WHERE ${where.sql} ${orderOf(page)}`, values: where.values };
}

export async function listDeadLetters(
  db: Queryable,
  filter: DeadLetterFilter,
  page: DeadLetterPage,
): Promise<DeadLetterSummary[]> {
  const found = await db.query<Omit<DeadLetterSummary, 'key'> & { key: Buffer | null }>(pageStatement(filter, page));
  return found.rows.map((row) => ({ ...row, key: row.key?.toString('utf8') ?? null }));
}

export async function deadLetterIds(db: Queryable, filter: DeadLetterFilter, page: DeadLetterPage): Promise<string[]> {
  const { sql, values } = whereOf(filter, page);
  const found = await db.query<{ id: string }>(
    `SELECT d.id::text AS id FROM dead_letters d WHERE ${sql} ${orderOf(page)}`,
    values,
  );
  return found.rows.map((row) => row.id);
}

/** How many there are, at most `limit`, and the highest id of all letters: what comes later is not among them. */
export async function countDeadLetters(
  db: Queryable,
  filter: DeadLetterFilter,
  page: DeadLetterPage,
): Promise<{ count: number; newest: string }> {
  const { sql, values } = whereOf(filter, page);
  const found = await db.query<{ count: number; newest: string }>(
    `SELECT (SELECT count(*)::int FROM (SELECT 1 FROM dead_letters d WHERE ${sql} LIMIT ${String(page.limit)}) found) AS count,
       (SELECT coalesce(max(id), 0)::text FROM dead_letters) AS newest`,
    values,
  );
  return found.rows[0] ?? { count: 0, newest: '0' };
}

type StoredRecord = Omit<DeadLetterRecord, 'correction'> & {
  correctedValue: Buffer | null;
  correctedAt: Date;
  correctedBy: string;
  correctedWhy: string;
};

export async function readDeadLetter(db: Queryable, id: string): Promise<DeadLetterRecord | null> {
  const found = await db.query<StoredRecord>(
    `SELECT ${WITH_BYTES} FROM dead_letters d ${NEWEST_CORRECTION} WHERE d.id = $1`,
    [id],
  );
  return found.rows[0] ? toRecord(found.rows[0]) : null;
}

/** A page with the bytes; keep it small. */
export async function readDeadLetters(
  db: Queryable,
  filter: DeadLetterFilter,
  page: DeadLetterPage,
): Promise<DeadLetterRecord[]> {
  const { sql, values } = whereOf(filter, page);
  const found = await db.query<StoredRecord>(
    `SELECT ${WITH_BYTES} FROM dead_letters d ${NEWEST_CORRECTION} WHERE ${sql} ${orderOf(page)}`,
    values,
  );
  return found.rows.map(toRecord);
}

function toRecord({ correctedValue, correctedAt, correctedBy, correctedWhy, ...rest }: StoredRecord): DeadLetterRecord {
  const correction = correctedValue && {
    value: correctedValue,
    at: correctedAt,
    actor: correctedBy,
    reason: correctedWhy,
  };
  return { ...rest, correction };
}

export interface DeadLetterBar {
  topic: string;
  code: string;
  /** The beginning of the hour, UTC. */
  hour: Date;
  count: number;
}

/** Letters per topic, code and hour, the newest hours first, in an hour the most; at most `limit` of them. */
export async function countByHour(db: Queryable, filter: DeadLetterFilter, limit: number): Promise<DeadLetterBar[]> {
  const { sql, values } = whereOf(filter);
  const found = await db.query<DeadLetterBar>(
    `SELECT d.topic, d.code, date_trunc('hour', d.at, 'UTC') AS hour, count(*)::int AS count FROM dead_letters d
     WHERE ${sql} GROUP BY 1, 2, 3 ORDER BY 3 DESC, 4 DESC, 1, 2 LIMIT ${String(limit)}`,
    values,
  );
  return found.rows;
}
