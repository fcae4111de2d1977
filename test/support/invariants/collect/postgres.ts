import type { Pool } from '../../../../platform/postgres/pool';
import type { Facts } from '../types';

type PostgresFacts = Pick<
  Facts,
  | 'contents'
  | 'generations'
  | 'milestones'
  | 'notices'
  | 'fanOuts'
  | 'identities'
  | 'inbox'
  | 'deadLetters'
  | 'flags'
  | 'decisions'
  | 'audit'
  | 'outputs'
  | 'rawKeys'
>;

/** One look of a single transaction: what stands in several tables belongs together. */
export async function collectPostgres(pool: Pool): Promise<PostgresFacts> {
  const db = await pool.connect();
  try {
    await db.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const all = async <T extends object>(sql: string): Promise<T[]> => (await db.query<T>(sql)).rows;
    const facts = {
      contents: await all<Facts['contents'][number]>(CONTENTS),
      generations: await all<Facts['generations'][number]>(
        'SELECT content_id AS "contentId", generation FROM generations',
      ),
      milestones: await all<Facts['milestones'][number]>(MILESTONES),
      notices: await all<Facts['notices'][number]>(
        `SELECT event_id AS "eventId", user_id AS "userId", convert_from(value, 'UTF8') AS value FROM notices`,
      ),
      fanOuts: await all<Facts['fanOuts'][number]>('SELECT content_id AS "contentId" FROM fanouts'),
      identities: await all<Facts['identities'][number]>(IDENTITIES),
      inbox: await all<Facts['inbox'][number]>(
        'SELECT row_id::text AS "rowId", status, ordering_key AS key, topic, headers FROM inbox',
      ),
      deadLetters: await all<Facts['deadLetters'][number]>(
        `SELECT topic, partition, kafka_offset::int AS offset, event_id AS "eventId", code, headers FROM dead_letters`,
      ),
      flags: await all<Facts['flags'][number]>(
        'SELECT content_id AS "contentId", flag_key AS key, cleared_by AS "clearedBy" FROM flags',
      ),
      decisions: await all<Facts['decisions'][number]>(
        'SELECT content_id AS "contentId", decision_id AS "decisionId", decision FROM decisions',
      ),
      audit: await all<Facts['audit'][number]>('SELECT content_id AS "contentId", verb, args::text AS args FROM audit'),
      outputs: await all<Facts['outputs'][number]>(
        `SELECT content_id AS "contentId", generation, stage, variant, keys, removed_at IS NOT NULL AS removed FROM outputs`,
      ),
      rawKeys: (await all<{ key: string }>('SELECT raw_key AS key FROM sources UNION SELECT raw_key FROM uploads')).map(
        ({ key }) => key,
      ),
    };
    await db.query('COMMIT');
    return facts;
  } finally {
    db.release();
  }
}

const CONTENTS = `
  SELECT content_id AS "contentId", phase, generation, revision, residency, stage, status, visibility, attention,
    failure_code AS code, open_flags AS "openFlags", decision_id AS "decisionId", removed_at IS NOT NULL AS removed,
    hls_manifest AS hls, dash_manifest AS dash, sequence::int AS sequence
  FROM contents ORDER BY content_id`;

const MILESTONES = `
  SELECT event_id AS "eventId", content_id AS "contentId", generation, topic, milestone, ordinal,
    sequence::int AS sequence, record_key AS "recordKey", convert_from(value, 'UTF8') AS value,
    (extract(epoch FROM sent_at) * 1000)::float8 AS "sentAt"
  FROM milestones ORDER BY content_id, sequence`;

const IDENTITIES = `
  SELECT event_id AS "eventId", encode(payload_hash, 'hex') AS "payloadHash", row_id::text AS "rowId",
    content_id AS "contentId", outcome, code
  FROM event_ids`;
