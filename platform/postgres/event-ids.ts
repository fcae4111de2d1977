import type { ErrorCode } from '../../contracts/model/errors';
import type { OutcomeReport } from '../../contracts/model/lifecycle';
import type { Queryable } from './pool';

/** The bridge's name in event_ids and dead_letters; not the Kafka group, so that a new group finds the same memory. */
export const INBOX_CONSUMER = 'bridge';

export interface Identity {
  /** Lower case. */
  eventId: string;
  payloadHash: Buffer;
  /** sha256 of the record, in hex. */
  fingerprint: string;
  rowId: string;
  topic: string;
  contentId: string | null;
  /** `stored`: nobody will report on it. Null: not known yet. */
  outcome: 'stored' | null;
  /** How long the identity is remembered, from now. */
  keepMs: number;
}

export interface KnownIdentity {
  eventId: string;
  payloadHash: Buffer;
  rowId: string;
}

/**
 * Remembers identities; returns those that were new. In the order of their ids, because two transactions that insert
 * the same ids in opposite orders would wait for each other.
 */
export async function insertIdentities(db: Queryable, consumer: string, rows: Identity[]): Promise<Set<string>> {
  const inserted = await db.query<{ event_id: string }>({
    name: 'insert-identities',
    text: `INSERT INTO event_ids (consumer, event_id, payload_hash, row_id, topic, content_id, outcome, expires_at,
       fingerprint)
     SELECT $1, x.event_id, x.payload_hash, x.row_id, x.topic, x.content_id, x.outcome,
       now() + x.keep_ms * interval '1 ms', x.fingerprint
     FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::uuid[])
       x(event_id, payload_hash, row_id, topic, content_id, outcome, keep_ms, fingerprint)
     ORDER BY x.event_id
     ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id`,
    values: [
      consumer,
      rows.map((row) => row.eventId),
      rows.map((row) => row.payloadHash),
      rows.map((row) => row.rowId),
      rows.map((row) => row.topic),
      rows.map((row) => row.contentId),
      rows.map((row) => row.outcome),
      rows.map((row) => row.keepMs),
      rows.map((row) => half(row.fingerprint)),
    ],
  });
  return new Set(inserted.rows.map((row) => row.event_id));
}

export async function readIdentities(
  db: Queryable,
  consumer: string,
  eventIds: string[],
): Promise<Map<string, KnownIdentity>> {
  if (eventIds.length === 0) return new Map();
  const found = await db.query<KnownIdentity>(
    `SELECT event_id AS "eventId", payload_hash AS "payloadHash", row_id AS "rowId" FROM event_ids
     WHERE consumer = $1 AND event_id = ANY($2)`,
    [consumer, eventIds],
  );
  return new Map(found.rows.map((row) => [row.eventId, row]));
}

/** As many bits as a uuid has: enough for records of one event id. */
const half = (fingerprint: string): string => fingerprint.slice(0, 32);

/** A record that may have brought an event we know. */
export interface SeenRecord {
  eventId: string;
  fingerprint: string;
}

/** Positions in `records` of those that did not bring an identity which is remembered until `until`, ms since 1970, or longer. */
export async function findUnknown(
  db: Queryable,
  consumer: string,
  records: SeenRecord[],
  until: number,
): Promise<number[]> {
  const found = await db.query<{ position: number }>(
    // The limit keeps the planner, whatever it believes about the table, to one look into the index per record.
    `SELECT x.position::int - 1 AS position
     FROM unnest(string_to_array($2, ','), string_to_array($3, ',')::uuid[]) WITH ORDINALITY x(event_id, fingerprint, position)
     LEFT JOIN LATERAL (SELECT true AS there FROM event_ids e WHERE e.consumer = $1 AND e.event_id = x.event_id
       AND e.fingerprint = x.fingerprint AND e.expires_at >= to_timestamp($4::float8 / 1000) LIMIT 1) known ON true
     WHERE known.there IS NULL`,
    [
      consumer,
      joined(records, ({ eventId }) => eventId),
      joined(records, ({ fingerprint }) => half(fingerprint)),
      until,
    ],
  );
  return found.rows.map(({ position }) => position);
}

/** Ids and hashes hold no comma; a driver that writes an array looks at every character of them. */
const joined = (records: SeenRecord[], text: (record: SeenRecord) => string): string => records.map(text).join(',');

/** Counts redeliveries. The identity is kept as long as its newest copy can be read again. */
export async function countRepeats(
  db: Queryable,
  consumer: string,
  repeats: { eventId: string; times: number; keepMs: number }[],
): Promise<void> {
  if (repeats.length === 0) return;
  const ids = repeats.map((row) => row.eventId);
  await db.query('SELECT 1 FROM event_ids WHERE consumer = $1 AND event_id = ANY($2) ORDER BY event_id FOR UPDATE', [
    consumer,
    ids,
  ]);
  await db.query(
    `UPDATE event_ids e SET repeats = e.repeats + x.times,
       expires_at = greatest(e.expires_at, now() + x.keep_ms * interval '1 ms')
     FROM unnest($2::text[], $3::int[], $4::bigint[]) x(event_id, times, keep_ms)
     WHERE e.consumer = $1 AND e.event_id = x.event_id`,
    [consumer, ids, repeats.map((row) => row.times), repeats.map((row) => row.keepMs)],
  );
}

/** What the dispatcher knows about a row. `before`: the code that the row had when it was claimed. */
export interface RoutedOutcome {
  eventId: string;
  outcome: 'delivered' | 'late' | 'parked' | 'dead';
  code: string | null;
  before: string | null;
}

/** Only where the run has not had its say: that is final, and may well be quicker than the acknowledgement of its signal. */
export async function writeRouted(db: Queryable, consumer: string, rows: RoutedOutcome[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.eventId);
  await db.query('SELECT 1 FROM event_ids WHERE consumer = $1 AND event_id = ANY($2) ORDER BY event_id FOR UPDATE', [
    consumer,
    ids,
  ]);
  await db.query(
    `UPDATE event_ids e SET outcome = x.outcome, code = x.code
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) x(event_id, outcome, code, before)
     WHERE e.consumer = $1 AND e.event_id = x.event_id
       AND (e.outcome IS NULL OR (e.outcome IN ('parked', 'dead') AND e.code IS NOT DISTINCT FROM x.before))`,
    [consumer, ids, rows.map((row) => row.outcome), rows.map((row) => row.code), rows.map((row) => row.before)],
  );
}

/** What the run says became of its facts. Rows whose identity has expired are passed over. */
export async function writeOutcomes(db: Queryable, outcomes: OutcomeReport[]): Promise<void> {
  if (outcomes.length === 0) return;
  const rowIds = outcomes.map((outcome) => outcome.row);
  await db.query('SELECT 1 FROM event_ids WHERE row_id = ANY($1::bigint[]) ORDER BY event_id FOR UPDATE', [rowIds]);
  await db.query(
    `UPDATE event_ids e SET outcome = x.outcome, code = x.code
     FROM unnest($1::bigint[], $2::text[], $3::text[]) x(row_id, outcome, code) WHERE e.row_id = x.row_id`,
    [rowIds, outcomes.map((outcome) => outcome.outcome), outcomes.map((outcome) => outcome.code)],
  );
}

/** What became of events at once, before or without a run. outcome null: the run has its say. */
export interface KnownOutcome {
  rowId: string;
  contentId: string;
  outcome: 'duplicate' | 'late' | 'dead' | null;
  code: ErrorCode | null;
}

/** Of identities that this transaction has inserted, so that nobody else waits for them. */
export async function writeKnownOutcomes(db: Queryable, rows: KnownOutcome[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `UPDATE event_ids e SET outcome = x.outcome, code = x.code, content_id = x.content_id
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) x(row_id, outcome, code, content_id)
     WHERE e.row_id = x.row_id`,
    [
      rows.map((row) => row.rowId),
      rows.map((row) => row.outcome),
      rows.map((row) => row.code),
      rows.map((row) => row.contentId),
    ],
  );
}
