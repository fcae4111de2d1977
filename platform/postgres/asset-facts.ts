import type { Fact } from '../../contracts/model/facts';
import { ASSET_TOPIC, keepIdentityMs } from '../../contracts/model/topics';
import { INBOX_CONSUMER } from './event-ids';
import { WAKE } from './inbox-keys';
import type { Queryable } from './pool';

/** What a run hears of an update that came over HTTP: it never stood on a topic, so it has no partition and its row is its offset. */
export interface NewAssetFact {
  episodeId: string;
  eventId: string;
  bodyHash: Buffer;
  /** ms since 1970. */
  at: number;
  fact: Omit<Fact, 'row'>;
  /** The body as it came. */
  raw: Buffer;
}

/**
 * Identities, keys and rows of facts, in this order of locks, as the bridge's intake writes them in a statement each: here
 * a statement is a good part of what a request costs. Rows stand in the order of the list.
 */
export async function insertAssetFacts(db: Queryable, facts: NewAssetFact[]): Promise<void> {
  if (facts.length === 0) return;
  await db.query({
    name: 'insert-asset-facts',
    text: `WITH given AS MATERIALIZED (
       SELECT nextval('inbox_row_ids') AS row_id, x.* FROM ROWS FROM (
         unnest($3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bigint[]), jsonb_array_elements($8::jsonb))
         x(episode_id, event_id, body_hash, raw, at_ms, fact)),
     identities AS (
       INSERT INTO event_ids (consumer, event_id, payload_hash, row_id, topic, content_id, expires_at, fingerprint)
       SELECT $1, event_id, body_hash, row_id, $2, episode_id, now() + $9::bigint * interval '1 ms',
         substr(encode(body_hash, 'hex'), 1, 32)::uuid
       FROM given ORDER BY event_id ON CONFLICT (consumer, event_id) DO NOTHING RETURNING 1),
     keys AS (
       INSERT INTO inbox_keys (ordering_key, due_at, arrivals)
       SELECT DISTINCT episode_id, now(), 1 FROM given WHERE (SELECT count(*) FROM identities) IS NOT NULL ORDER BY 1
       ${WAKE} RETURNING 1)
     INSERT INTO inbox (row_id, ordering_key, topic, partition, kafka_offset, record_key, event_id, occurred_at, fact, raw,
       record_ms)
     SELECT row_id, episode_id, $2, -1, row_id, convert_to(episode_id, 'UTF8'), event_id,
       to_timestamp((fact ->> 'at')::float8 / 1000), fact, raw, at_ms
     FROM given WHERE (SELECT count(*) FROM keys) IS NOT NULL`,
    values: [
      INBOX_CONSUMER,
      ASSET_TOPIC,
      facts.map((one) => one.episodeId),
      facts.map((one) => one.eventId),
      facts.map((one) => one.bodyHash),
      facts.map((one) => one.raw),
      facts.map((one) => Math.round(one.at)),
      JSON.stringify(facts.map((one) => one.fact)),
      keepIdentityMs(ASSET_TOPIC),
    ],
  });
}
