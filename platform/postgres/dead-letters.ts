import type { ErrorCode } from '../../contracts/model/errors';
import type { KafkaRecord } from '../../contracts/model/ports';
import type { Queryable } from './pool';

export interface NewDeadLetter {
  record: KafkaRecord;
  code: ErrorCode;
  /** For people: why, with names of fields and no values of secrets. */
  reason: string;
  eventId: string | null;
  contentId: string | null;
  /** The inbox row it is about: its own, or the one that came first under the same id. */
  rowId: string | null;
}

/** Credentials of whoever sent the record; nobody needs them to understand or to repeat it. */
const SECRET_HEADER = /authori[sz]|authentic|[-_]auth$|cookie|token|secret|password|credential|api-?key/i;

/** U+0000 and halves of surrogate pairs are text that Postgres refuses, and the poison may be made of them. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
const storableOrNull = (text: string | null): string | null => (text === null ? null : storable(text));

/** Headers as they may be kept, for rows of the inbox too. */
export const keptHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !SECRET_HEADER.test(name))
      .map(([name, value]) => [storable(name), storable(value)]),
  );

const IS_BIGINT = /^-?\d{1,18}$/;

/** Keeps what cannot be used, byte for byte. The same record read again makes no second one; returns how many were new. */
export async function insertDeadLetters(db: Queryable, consumer: string, letters: NewDeadLetter[]): Promise<number> {
  if (letters.length === 0) return 0;
  const inserted = await db.query(
    `INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, record_key, value, headers, event_id, content_id,
       row_id, code, reason, record_ms)
     SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::text[],
       $9::text[], $10::bigint[], $11::text[], $12::text[], $13::bigint[])
     ON CONFLICT DO NOTHING`,
    [
      consumer,
      letters.map(({ record }) => record.topic),
      letters.map(({ record }) => record.partition),
      letters.map(({ record }) => record.offset),
      letters.map(({ record }) => record.key),
      letters.map(({ record }) => record.value),
      letters.map(({ record }) => JSON.stringify(keptHeaders(record.headers))),
      letters.map((letter) => storableOrNull(letter.eventId)),
      letters.map((letter) => storableOrNull(letter.contentId)),
      letters.map((letter) => letter.rowId),
      letters.map((letter) => letter.code),
      letters.map((letter) => storable(letter.reason)),
      letters.map(({ record }) => (IS_BIGINT.test(record.timestamp) ? record.timestamp : null)),
    ],
  );
  return inserted.rowCount ?? 0;
}

/**
 * Keeps records that a person has to complete, a row for each value however often and from wherever it comes. What a person
 * completed or gave up stays so: its sender, who was refused, sends the same again and says nothing new.
 */
export async function quarantineRecords(db: Queryable, consumer: string, letters: NewDeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await db.query(
    `INSERT INTO dead_letters AS d (consumer, topic, partition, kafka_offset, record_key, value, content_id, code, reason,
       record_ms, quarantined_at, repeats)
     SELECT $1, x.topic, x.partition, x.kafka_offset, x.record_key, x.value, x.content_id, x.code, x.reason,
       min(x.record_ms), now(), count(*) - 1
     FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[], $8::text[], $9::text[],
       $10::bigint[]) x(topic, partition, kafka_offset, record_key, value, content_id, code, reason, record_ms)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY x.value
     ON CONFLICT (consumer, topic, partition, kafka_offset, code, md5(coalesce(value, ''))) DO UPDATE
       SET repeats = d.repeats + EXCLUDED.repeats + 1`,
    [
      consumer,
      letters.map(({ record }) => record.topic),
      letters.map(({ record }) => record.partition),
      letters.map(({ record }) => record.offset),
      letters.map(({ record }) => record.key),
      letters.map(({ record }) => record.value),
      letters.map((letter) => letter.contentId),
      letters.map((letter) => letter.code),
      letters.map((letter) => storable(letter.reason)),
      letters.map(({ record }) => record.timestamp),
    ],
  );
}

/** Dead letters of inbox rows `dead`, as code and reason say; one that was redriven in vain is open again. $1: the consumer. */
const LETTERS_OF_ROWS = `
  INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, record_key, value, headers, event_id, content_id,
    row_id, code, reason, record_ms)
  SELECT $1, topic, coalesce(partition, -1), coalesce(kafka_offset, -row_id), record_key, raw, headers, event_id,
    ordering_key, row_id, code, reason, record_ms FROM dead
  ON CONFLICT (consumer, topic, partition, kafka_offset, code, md5(coalesce(value, ''))) DO UPDATE
    SET resolved_at = NULL, discarded_at = NULL, at = now()`;

/** An open row that is to be dead. before: the code that it had when it was claimed. */
export interface BuriedRow {
  rowId: string;
  before: string | null;
  code: ErrorCode;
  reason: string;
}

/** Open facts that no run can be told become dead letters. */
export async function buryRows(db: Queryable, consumer: string, rows: BuriedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `WITH dead AS (
       UPDATE inbox i SET status = 'dead', code = x.code
       FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) x(row_id, before, code, reason)
       WHERE i.row_id = x.row_id AND i.status = 'open' AND i.code IS NOT DISTINCT FROM x.before
       RETURNING i.*, x.reason)
     ${LETTERS_OF_ROWS}`,
    [
      consumer,
      rows.map((row) => row.rowId),
      rows.map((row) => row.before),
      rows.map((row) => row.code),
      rows.map((row) => storable(row.reason)),
    ],
  );
}

/** Codes of letters that are inbox rows as well: such a letter goes in again through its row. */
export const BURIED_CODES: readonly string[] = [
  'NO_SUCH_CONTENT',
  'FACT_TOO_LARGE',
  'START_TOO_OLD',
] satisfies ErrorCode[];

export interface BuriedFact {
  rowId: string;
  eventId: string;
}

/**
 * Facts that waited for an upload longer than `afterMs` of the route's clock become dead letters NO_SUCH_CONTENT; at
 * most `limit`. Those whose content was started meanwhile are left alone: the start opens them.
 */
export async function buryWaiting(
  db: Queryable,
  consumer: string,
  clockTopic: string,
  afterMs: number,
  limit: number,
): Promise<BuriedFact[]> {
  const buried = await db.query<BuriedFact>(
    `WITH old AS (
       SELECT i.row_id, i.received_day FROM inbox i
       WHERE i.status = 'parked' AND i.parked_clock <= (SELECT ran_ms FROM route_clocks WHERE topic = $2) - $3::bigint
         AND NOT EXISTS (SELECT 1 FROM contents c WHERE c.content_id = i.ordering_key AND c.phase <> 'draft')
       ORDER BY i.parked_clock LIMIT $4 FOR UPDATE SKIP LOCKED),
     dead AS (
       UPDATE inbox i SET status = 'dead', code = 'NO_SUCH_CONTENT', parked_clock = NULL FROM old
       WHERE i.row_id = old.row_id AND i.received_day = old.received_day
       RETURNING i.*, 'no upload of ' || i.ordering_key || ' came in the time a fact waits for one' AS reason),
     letters AS (${LETTERS_OF_ROWS})
     SELECT row_id::text AS "rowId", event_id AS "eventId" FROM dead`,
    [consumer, clockTopic, afterMs, limit],
  );
  return buried.rows;
}
