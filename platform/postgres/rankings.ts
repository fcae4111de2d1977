import type { Queryable } from './pool';

/** Any number will do that nobody else locks in our database: one process writes the rankings at a time. */
export const RANKING_LOCK = 7_330_203;

/** What one content has come to. Numbers are decimal text, as exact as Postgres has them. */
export interface Standing {
  contentId: string;
  score: string;
  /** Mean rating; null: nobody rated it. */
  rating: string | null;
  change: string;
}

const STANDING = `content_id AS "contentId", score::text, change::text,
  CASE WHEN ratings > 0 THEN (rating_sum / ratings)::text END AS rating`;

/** What Redis does not have yet, at most `limit`. */
export async function unwrittenStandings(db: Queryable, limit: number): Promise<Standing[]> {
  const found = await db.query<Standing>(
    `SELECT ${STANDING} FROM content_metrics WHERE change > written ORDER BY content_id LIMIT $1`,
    [limit],
  );
  return found.rows;
}

/** A page of all, after `after` by id. */
export async function standingsAfter(db: Queryable, after: string, limit: number): Promise<Standing[]> {
  const found = await db.query<Standing>(
    `SELECT ${STANDING} FROM content_metrics WHERE content_id > $1 ORDER BY content_id LIMIT $2`,
    [after, limit],
  );
  return found.rows;
}

/** Redis has these changes. In order, as whoever adds to the rows locks them. */
export async function markWritten(db: Queryable, rows: readonly Standing[]): Promise<void> {
  await db.query(
    `WITH x AS (
       SELECT m.content_id, x.change FROM content_metrics m
       JOIN unnest(string_to_array($1, ','), string_to_array($2, ',')::bigint[]) x(content_id, change) USING (content_id)
       ORDER BY m.content_id FOR UPDATE OF m)
     UPDATE content_metrics m SET written = greatest(m.written, x.change) FROM x WHERE m.content_id = x.content_id`,
    [rows.map(({ contentId }) => contentId).join(','), rows.map(({ change }) => change).join(',')],
  );
}

/** A process begins to write; returns the number that fences those before it. */
export async function beginWriting(db: Queryable): Promise<string> {
  const found = await db.query<{ writer: string }>(
    'UPDATE ranking_writer SET writer = writer + 1, seen_at = now() RETURNING writer::text',
  );
  return found.rows[0]?.writer ?? '0';
}

export interface RankingState {
  /** Counts as bigint text. */
  wanted: string;
  done: string;
  /** Changes that Redis does not have. */
  unwritten: number;
  rebuiltAt: Date | null;
  /** Of catalog:trending at the last rebuild. */
  members: number | null;
  /** ms since the writer's last sign of life; null: there never was one. */
  silentMs: number | null;
  trouble: string | null;
}

export async function readRankings(db: Queryable): Promise<RankingState> {
  const found = await db.query<Omit<RankingState, 'members'> & { members: string | null }>(
    `SELECT wanted::text, done::text, rebuilt_at AS "rebuiltAt", members::text, trouble,
       (extract(epoch FROM now() - seen_at) * 1000)::float8 AS "silentMs",
       (SELECT count(*) FROM content_metrics WHERE change > written)::int AS unwritten
     FROM ranking_writer`,
  );
  const row = found.rows[0];
  if (!row)
    return { wanted: '0', done: '0', unwritten: 0, rebuiltAt: null, members: null, silentMs: null, trouble: null };
  return { ...row, members: row.members === null ? null : Number(row.members) };
}

/** What the writer is asked for. trouble: why it does not get on; null: it does. */
export async function reportWriter(db: Queryable, trouble: string | null): Promise<string> {
  const found = await db.query<{ wanted: string }>(
    'UPDATE ranking_writer SET seen_at = now(), trouble = $1 RETURNING wanted::text',
    [trouble],
  );
  return found.rows[0]?.wanted ?? '0';
}

export async function reportRebuilt(db: Queryable, asked: string, members: number): Promise<void> {
  await db.query(
    'UPDATE ranking_writer SET done = greatest(done, $1::bigint), rebuilt_at = now(), members = $2, trouble = NULL',
    [asked, members],
  );
}

/** Asks for a rebuild; returns its number. */
export async function askForRebuild(db: Queryable): Promise<string> {
  const found = await db.query<{ wanted: string }>(
    'UPDATE ranking_writer SET wanted = wanted + 1 RETURNING wanted::text',
  );
  return found.rows[0]?.wanted ?? '0';
}

export interface VisibleContent {
  contentId: string;
  title: string | null;
  creatorId: string | null;
  categories: string[];
  contentType: string | null;
  residency: string | null;
  ageGated: boolean;
}

/** Of `contentIds` those that viewers may see now. */
export async function visibleContents(
  db: Queryable,
  contentIds: readonly string[],
): Promise<Map<string, VisibleContent>> {
  if (contentIds.length === 0) return new Map();
  const found = await db.query<VisibleContent>(
    `SELECT content_id AS "contentId", title, creator_id AS "creatorId", categories, content_type AS "contentType",
       residency, visibility = 'AGE_GATED' AS "ageGated"
     FROM contents WHERE content_id = ANY($1) AND visibility IN ('PUBLISHED', 'AGE_GATED') AND removed_at IS NULL`,
    [contentIds],
  );
  return new Map(found.rows.map((row) => [row.contentId, row]));
}
