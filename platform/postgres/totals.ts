import type { EngagementType, Metric } from '../../contracts/model/engagement';
import type { Queryable } from './pool';

/** What a transaction adds for one content or creator and event type. */
export interface Addition {
  /** Content or creator. */
  id: string;
  eventType: EngagementType;
  events: number;
  /** Whole seconds watched, as far as a number holds them exactly, and what is beyond that. */
  seconds: number;
  moreSeconds: bigint;
}

/** Ids hold no control character, so a line break divides them. In the order of their keys, as every writer adds. */
const parameters = (rows: readonly Addition[]): string[] => [
  rows.map(({ id }) => id).join('\n'),
  rows.map(({ eventType }) => eventType).join('\n'),
  rows.map(({ events }) => events).join('\n'),
  rows.map(({ seconds, moreSeconds }) => (moreSeconds === 0n ? seconds : BigInt(seconds) + moreSeconds)).join('\n'),
];

const ROWS = `unnest(string_to_array($1, E'\\n'), string_to_array($2, E'\\n'), string_to_array($3, E'\\n')::bigint[],
  string_to_array($4, E'\\n')::numeric[]) x(id, event_type, events, watch_seconds)`;

export async function addToContents(db: Queryable, rows: readonly Addition[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO content_totals AS t (content_id, event_type, events, watch_seconds, residency)
     SELECT x.id, x.event_type, x.events, x.watch_seconds, c.residency
     FROM ${ROWS} LEFT JOIN contents c ON c.content_id = x.id ORDER BY x.id, x.event_type
     ON CONFLICT (content_id, event_type) DO UPDATE SET events = t.events + excluded.events,
       watch_seconds = t.watch_seconds + excluded.watch_seconds,
       residency = coalesce(excluded.residency, t.residency)`,
    parameters(rows),
  );
}

/** Returns the new sums of one type. */
export async function addToCreators(
  db: Queryable,
  rows: readonly Addition[],
  type: EngagementType,
): Promise<{ creatorId: string; events: number }[]> {
  if (rows.length === 0) return [];
  const added = await db.query<{ creatorId: string; events: string }>(
    `WITH added AS (
       INSERT INTO creator_totals AS t (creator_id, event_type, events, watch_seconds)
       SELECT x.id, x.event_type, x.events, x.watch_seconds FROM ${ROWS} ORDER BY x.id, x.event_type
       ON CONFLICT (creator_id, event_type) DO UPDATE SET events = t.events + excluded.events,
         watch_seconds = t.watch_seconds + excluded.watch_seconds
       RETURNING creator_id, event_type, events)
     SELECT creator_id AS "creatorId", events::text FROM added WHERE event_type = $5`,
    [...parameters(rows), type],
  );
  return added.rows.map(({ creatorId, events }) => ({ creatorId, events: Number(events) }));
}

/** Of `contentIds` those that have a row, whatever became of them. */
export async function knownContents(db: Queryable, contentIds: readonly string[]): Promise<Set<string>> {
  if (contentIds.length === 0) return new Set();
  const found = await db.query<{ id: string }>(
    `SELECT content_id AS id FROM contents WHERE content_id = ANY (string_to_array($1, ','))`,
    [contentIds.join(',')],
  );
  return new Set(found.rows.map(({ id }) => id));
}

/** The sums are those of Postgres: sums of floats would depend on their order. */
export async function addMetrics(db: Queryable, metrics: readonly Metric[]): Promise<void> {
  if (metrics.length === 0) return;
  await db.query(
    `INSERT INTO content_metrics AS m (content_id, score, rating_sum, ratings, likes, views, residency)
     SELECT x.*, c.residency FROM (
       SELECT content_id, sum(score), coalesce(sum(rating), 0), count(rating), coalesce(sum(likes), 0),
         coalesce(sum(views), 0)
       FROM unnest(string_to_array($1, ','), string_to_array($2, ',')::numeric[],
         string_to_array($3, ',', '')::numeric[], string_to_array($4, ',', '')::numeric[],
         string_to_array($5, ',', '')::numeric[]) x(content_id, score, rating, likes, views)
       GROUP BY content_id) x LEFT JOIN contents c USING (content_id) ORDER BY x.content_id
     ON CONFLICT (content_id) DO UPDATE SET score = m.score + excluded.score,
       rating_sum = m.rating_sum + excluded.rating_sum, ratings = m.ratings + excluded.ratings,
       likes = m.likes + excluded.likes, views = m.views + excluded.views,
       residency = coalesce(excluded.residency, m.residency), change = m.change + 1`,
    [
      metrics.map(({ contentId }) => contentId).join(','),
      metrics.map(({ score }) => score).join(','),
      metrics.map(({ rating }) => rating ?? '').join(','),
      metrics.map(({ likes }) => likes ?? '').join(','),
      metrics.map(({ views }) => views ?? '').join(','),
    ],
  );
}
