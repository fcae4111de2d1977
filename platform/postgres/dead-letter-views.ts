import type { Queryable } from './pool';

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
}

/** With the bytes as they came; secret-class. */
export interface DeadLetterRecord extends DeadLetterSummary {
  value: Buffer | null;
  headers: Record<string, string>;
}

export interface DeadLetterFilter {
  topic?: string;
  code?: string;
  contentId?: string;
  /** At most so many; default 50. */
  limit?: number;
}

const DEFAULT_LIMIT = 50;

const COLUMNS = `id::text AS id, topic, partition, kafka_offset::text AS "offset", record_key AS "recordKey",
  event_id AS "eventId", content_id AS "contentId", code, reason, at`;

interface StoredKey {
  recordKey: Buffer | null;
}
type Stored<T extends DeadLetterSummary> = Omit<T, 'key'> & StoredKey;

const keyOf = ({ recordKey }: StoredKey): string | null => recordKey?.toString('utf8') ?? null;

/** Newest first, without those that were opened again. The bare name would sort by the text of the selected column. */
export async function listDeadLetters(db: Queryable, filter: DeadLetterFilter = {}): Promise<DeadLetterSummary[]> {
  const found = await db.query<Stored<DeadLetterSummary>>(
    `SELECT ${COLUMNS} FROM dead_letters
     WHERE ($1::text IS NULL OR topic = $1) AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR content_id = $3)
       AND resolved_at IS NULL
     ORDER BY dead_letters.id DESC LIMIT $4`,
    [filter.topic ?? null, filter.code ?? null, filter.contentId ?? null, filter.limit ?? DEFAULT_LIMIT],
  );
  return found.rows.map(({ recordKey, ...row }) => ({ ...row, key: keyOf({ recordKey }) }));
}

export async function readDeadLetter(db: Queryable, id: string): Promise<DeadLetterRecord | null> {
  const found = await db.query<Stored<DeadLetterRecord>>(
    `SELECT ${COLUMNS}, value, headers FROM dead_letters WHERE id = $1`,
    [id],
  );
  const row = found.rows[0];
  if (!row) return null;
  const { recordKey, ...rest } = row;
  return { ...rest, key: keyOf({ recordKey }) };
}
