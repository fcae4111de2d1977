import { TRACEPARENT } from '../../contracts/model/trace';
import type { Queryable } from './pool';

export interface NewMilestone {
  eventId: string;
  topic: string;
  milestone: string;
  ordinal: number;
  /** False for notices to people: they stand outside the order of their content. */
  sequenced: boolean;
  recordKey: string;
  payloadHash: Buffer;
  value: Buffer;
  /** Sent beside those that say which event of which content this is, and its place in the order. */
  headers: Record<string, string>;
}

export interface UnsentMilestone {
  eventId: string;
  topic: string;
  recordKey: string;
  value: Buffer;
  headers: Record<string, string>;
}

/** upload session: of the revision, whose trace the records carry on; '' before there is one. */
export interface MilestonePlace {
  contentId: string;
  generation: number;
  uploadSessionId: string;
  /** Told by a command: it is sent whatever becomes of the run. Default false. */
  commanded?: boolean;
}

/**
 * Stores what is new, numbers it, and returns the event ids that are there already with another payload: the first
 * one stands. Needs the row lock of the content, which makes `sequence` gapless and in commit order.
 */
export async function insertMilestones(
  db: Queryable,
  place: MilestonePlace,
  rows: NewMilestone[],
): Promise<Set<string>> {
  const known = await knownHashes(db, rows);
  const fresh: NewMilestone[] = [];
  const conflicts = new Set<string>();
  for (const row of rows) {
    const hash = known.get(row.eventId);
    if (hash === undefined) fresh.push(row);
    else if (!hash.equals(row.payloadHash)) conflicts.add(row.eventId);
    known.set(row.eventId, hash ?? row.payloadHash);
  }
  if (fresh.length > 0) await insertFresh(db, place, fresh);
  return conflicts;
}

async function knownHashes(db: Queryable, rows: NewMilestone[]): Promise<Map<string, Buffer>> {
  if (rows.length === 0) return new Map();
  const found = await db.query<{ event_id: string; payload_hash: Buffer }>(
    'SELECT event_id, payload_hash FROM milestones WHERE event_id = ANY($1)',
    [rows.map((row) => row.eventId)],
  );
  return new Map(found.rows.map((row) => [row.event_id, row.payload_hash]));
}

async function insertFresh(db: Queryable, place: MilestonePlace, rows: NewMilestone[]) {
  const numbered = number(rows, await lastNumbers(db, place.contentId), place.contentId);
  await db.query(
    `INSERT INTO milestones (content_id, generation, event_id, topic, milestone, ordinal, sequence, topic_sequence,
       record_key, payload_hash, value, headers, commanded)
     SELECT $1, $2, x.event_id, x.topic, x.milestone, x.ordinal, x.sequence, x.topic_sequence, x.record_key,
       x.payload_hash, x.value, x.headers || coalesce(trace.header, '{}'), $15
     FROM unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::bigint[], $9::text[], $10::bytea[],
       $11::bytea[], $12::jsonb[])
       x(event_id, topic, milestone, ordinal, sequence, topic_sequence, record_key, payload_hash, value, headers)
     LEFT JOIN (SELECT jsonb_build_object($14::text, traceparent) AS header FROM uploads
       WHERE content_id = $1 AND upload_session_id = $13 AND traceparent IS NOT NULL) trace ON true`,
    [
      place.contentId,
      place.generation,
      numbered.map((row) => row.eventId),
      numbered.map((row) => row.topic),
      numbered.map((row) => row.milestone),
      numbered.map((row) => row.ordinal),
      numbered.map((row) => row.sequence),
      numbered.map((row) => row.topicSequence),
      numbered.map((row) => row.recordKey),
      numbered.map((row) => row.payloadHash),
      numbered.map((row) => row.value),
      numbered.map((row) => JSON.stringify(row.headers)),
      place.uploadSessionId,
      TRACEPARENT,
      place.commanded ?? false,
    ],
  );
  const added = rows.filter((row) => row.sequenced).length;
  if (added > 0) {
    await db.query('UPDATE contents SET sequence = sequence + $2 WHERE content_id = $1', [place.contentId, added]);
  }
}

interface LastNumbers {
  sequence: number;
  byTopic: Map<string, number>;
}

async function lastNumbers(db: Queryable, contentId: string): Promise<LastNumbers> {
  const found = await db.query<{ topic: string | null; last: string }>(
    `SELECT topic, max(topic_sequence) AS last FROM milestones
       WHERE content_id = $1 AND sequence IS NOT NULL GROUP BY topic
     UNION ALL SELECT NULL, sequence FROM contents WHERE content_id = $1`,
    [contentId],
  );
  const byTopic = new Map(found.rows.flatMap((row) => (row.topic === null ? [] : [[row.topic, Number(row.last)]])));
  return { sequence: Number(found.rows.find((row) => row.topic === null)?.last ?? 0), byTopic };
}

type Numbered = NewMilestone & {
  sequence: number | null;
  topicSequence: number | null;
};

function number(rows: NewMilestone[], last: LastNumbers, contentId: string): Numbered[] {
  let sequence = last.sequence;
  return rows.map((row) => {
    const headers = { ...row.headers, 'event-id': row.eventId, 'content-id': contentId };
    if (!row.sequenced) return { ...row, sequence: null, topicSequence: null, headers };
    sequence += 1;
    const topicSequence = (last.byTopic.get(row.topic) ?? 0) + 1;
    last.byTopic.set(row.topic, topicSequence);
    const order = { sequence: String(sequence), 'topic-sequence': String(topicSequence) };
    return { ...row, sequence, topicSequence, headers: { ...headers, ...order } };
  });
}

/**
 * Until the transaction ends nobody else sends for this content: an attempt that was given up and its successor must
 * not overtake each other. Waits at most 5 s, then throws (55P03), and the activity comes again.
 */
export async function lockSending(db: Queryable, contentId: string): Promise<void> {
  await db.query(`SET LOCAL lock_timeout = '5s'`);
  await db.query(`SELECT pg_advisory_xact_lock(hashtextextended('send:' || $1, 0))`, [contentId]);
}

/** What is not yet known to be in Kafka, in the order in which it must leave; notices last. At most `limit` rows. */
export async function unsentMilestones(db: Queryable, contentId: string, limit: number): Promise<UnsentMilestone[]> {
  const found = await db.query<UnsentMilestone>(
    `SELECT event_id AS "eventId", topic, record_key AS "recordKey", value, headers FROM milestones
     WHERE content_id = $1 AND sent_at IS NULL ORDER BY sequence NULLS LAST, event_id LIMIT $2`,
    [contentId, limit],
  );
  return found.rows;
}

/** Contents of which something has been unsent for so long, in the order of their ids, from the one after `after`. */
export async function contentsWithUnsent(
  db: Queryable,
  { leftAfterMs, after, limit }: { leftAfterMs: number; after: string; limit: number },
): Promise<string[]> {
  const found = await db.query<{ content_id: string }>(
    `SELECT DISTINCT content_id FROM milestones
     WHERE sent_at IS NULL AND content_id > $1 AND created_at <= now() - $2 * interval '1 ms'
     ORDER BY content_id LIMIT $3`,
    [after, leftAfterMs, limit],
  );
  return found.rows.map((row) => row.content_id);
}

/** Contents that a command has told something of which is not in Kafka yet. */
export async function contentsWithCommanded(db: Queryable, limit: number): Promise<string[]> {
  const found = await db.query<{ content_id: string }>(
    'SELECT DISTINCT content_id FROM milestones WHERE sent_at IS NULL AND commanded ORDER BY content_id LIMIT $1',
    [limit],
  );
  return found.rows.map((row) => row.content_id);
}

/** Whether the last that others heard is that they can see it. */
export async function isToldAsPublished(db: Queryable, contentId: string): Promise<boolean> {
  const found = await db.query<{ topic: string }>(
    `SELECT topic FROM milestones WHERE content_id = $1 AND topic IN ('media.published', 'media.unpublished')
     ORDER BY sequence DESC LIMIT 1`,
    [contentId],
  );
  return found.rows[0]?.topic === 'media.published';
}

export async function markSent(
  db: Queryable,
  sent: { eventId: string; partition: number; offset: string }[],
): Promise<void> {
  await db.query(
    `UPDATE milestones m SET sent_at = now(), partition = x.partition, kafka_offset = x.kafka_offset
     FROM unnest($1::text[], $2::int[], $3::bigint[]) x(event_id, partition, kafka_offset)
     WHERE m.event_id = x.event_id AND m.sent_at IS NULL`,
    [sent.map((row) => row.eventId), sent.map((row) => row.partition), sent.map((row) => row.offset)],
  );
}

/** Which of these ids are milestones of ours. */
export async function ownEventIds(db: Queryable, eventIds: string[]): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set();
  const found = await db.query<{ event_id: string }>('SELECT event_id FROM milestones WHERE event_id = ANY($1)', [
    eventIds,
  ]);
  return new Set(found.rows.map((row) => row.event_id));
}
