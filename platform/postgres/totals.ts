import { ENGAGEMENT_TYPES, type EngagementType, type Metric } from '../../contracts/model/engagement';
import type { Queryable } from './pool';

/** What a transaction adds for one content or creator. Lists are by the place of the type in ENGAGEMENT_TYPES. */
export interface Addition {
  /** Content or creator. */
  id: string;
  events: number[];
  /** Whole seconds watched, as far as a number holds them exactly. */
  seconds: number[];
  /** What is beyond that. */
  moreSeconds: bigint[] | null;
}

const COLUMNS = ENGAGEMENT_TYPES.flatMap((type) => [type, `${type}_seconds`]).join(', ');

const ADDED = ENGAGEMENT_TYPES.flatMap((type) => [type, `${type}_seconds`])
  .map((column) => `${column} = t.${column} + excluded.${column}`)
  .join(', ');

/** Ids hold no control character, so a line break divides them. */
const ROWS = `unnest(string_to_array($1, E'\\n'), ${ENGAGEMENT_TYPES.map(
  (_, place) =>
    `string_to_array($${String(2 * place + 2)}, ',')::bigint[], string_to_array($${String(2 * place + 3)}, ',')::numeric[]`,
).join(', ')}) x(id, ${COLUMNS})`;

const parameters = (rows: readonly Addition[]): string[] => [
  rows.map(({ id }) => id).join('\n'),
  ...ENGAGEMENT_TYPES.flatMap((_, place) => [
    rows.map(({ events }) => events[place]).join(','),
    rows.map((row) => secondsAt(row, place)).join(','),
  ]),
];

function secondsAt({ seconds, moreSeconds }: Addition, place: number): number | bigint {
  const more = moreSeconds?.[place] ?? 0n;
  return more === 0n ? (seconds[place] ?? 0) : BigInt(seconds[place] ?? 0) + more;
}

/** In the order of their ids, as every writer adds. */
export async function addToContents(db: Queryable, rows: readonly Addition[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO content_counts AS t (content_id, ${COLUMNS}, residency)
     SELECT x.*, c.residency FROM ${ROWS} LEFT JOIN contents c ON c.content_id = x.id ORDER BY x.id
     ON CONFLICT (content_id) DO UPDATE SET ${ADDED}, residency = coalesce(excluded.residency, t.residency)`,
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
    `INSERT INTO creator_counts AS t (creator_id, ${COLUMNS}) SELECT x.* FROM ${ROWS} ORDER BY x.id
     ON CONFLICT (creator_id) DO UPDATE SET ${ADDED} RETURNING creator_id AS "creatorId", ${type}::text AS events`,
    parameters(rows),
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
