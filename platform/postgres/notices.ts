import type { Residency } from '../../contracts/model/status';
import type { Queryable } from './pool';

export interface NewNotice {
  eventId: string;
  userId: string;
  type: string;
  contentId: string | null;
  residency: Residency | null;
  value: Buffer;
  headers: Record<string, string>;
}

/**
 * Stores those that are new, in one statement; of one that is there the first wording stands, also where it was stored as
 * a milestone, as an earlier version did. Sorted, so that two who store the same ones do not wait for each other.
 */
export async function insertNotices(db: Queryable, rows: NewNotice[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO notices (event_id, user_id, type, content_id, residency, value, headers)
     SELECT x.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::jsonb[])
       x(event_id, user_id, type, content_id, residency, value, headers)
     WHERE NOT EXISTS (SELECT 1 FROM milestones m WHERE m.event_id = x.event_id)
     ORDER BY x.event_id
     ON CONFLICT (event_id) DO NOTHING`,
    [
      rows.map((row) => row.eventId),
      rows.map((row) => row.userId),
      rows.map((row) => row.type),
      rows.map((row) => row.contentId),
      rows.map((row) => row.residency),
      rows.map((row) => row.value),
      rows.map((row) => JSON.stringify(row.headers)),
    ],
  );
}

export interface UnsentNotice {
  eventId: string;
  userId: string;
  value: Buffer;
  headers: Record<string, string>;
}

/**
 * What is not known to be in Kafka, oldest first, of one content or of all. Until the transaction ends nobody else gets
 * them; those that somebody else has are left out.
 */
export async function claimUnsentNotices(
  db: Queryable,
  { contentId, limit }: { contentId: string | null; limit: number },
): Promise<UnsentNotice[]> {
  const found = await db.query<UnsentNotice>(
    `SELECT event_id AS "eventId", user_id AS "userId", value, headers FROM notices
     WHERE sent_at IS NULL ${contentId === null ? '' : 'AND content_id = $2'}
     ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED`,
    contentId === null ? [limit] : [limit, contentId],
  );
  return found.rows;
}

export async function markNoticesSent(
  db: Queryable,
  sent: { eventId: string; partition: number; offset: string }[],
): Promise<void> {
  await db.query(
    `UPDATE notices n SET sent_at = now(), partition = x.partition, kafka_offset = x.kafka_offset
     FROM unnest($1::text[], $2::int[], $3::bigint[]) x(event_id, partition, kafka_offset)
     WHERE n.event_id = x.event_id`,
    [sent.map((row) => row.eventId), sent.map((row) => row.partition), sent.map((row) => row.offset)],
  );
}
