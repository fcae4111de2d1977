import type { CarriedOver } from '../../contracts/model/lifecycle';
import type { ContentPhase } from './contents';
import type { Queryable } from './pool';
import type { UploadAnnounced } from './uploads';

/** What routing depends on. */
export interface RoutingState {
  contentId: string;
  phase: ContentPhase;
  generation: number;
  status: string;
  removed: boolean;
  /** Of the generation that stands: why it was begun, and what the start says. Null where none was. */
  cause: string | null;
  input: unknown;
}

export async function routingStates(db: Queryable, contentIds: string[]): Promise<Map<string, RoutingState>> {
  const found = await db.query<RoutingState>(
    `SELECT c.content_id AS "contentId", c.phase, c.generation, c.status, c.removed_at IS NOT NULL AS removed, g.cause,
       CASE WHEN c.phase = 'starting' THEN g.input END AS input
     FROM contents c LEFT JOIN generations g ON g.content_id = c.content_id AND g.generation = c.generation
     WHERE c.content_id = ANY($1)`,
    [contentIds],
  );
  return new Map(found.rows.map((row) => [row.contentId, row]));
}

export interface FirstStart {
  upload: UploadAnnounced;
  /** What the run is started with; kept, so that a repeat after a crash says the same. */
  input: object;
}

/**
 * Makes rows `starting`, before Temporal is called; returns the contents whose start this is. What a person registered
 * stays: creator, residency and type of the upload are compared with it by the run. Flags that came before are counted
 * under the lock that their intake takes, so none slips between.
 */
export async function insertFirstStarts(db: Queryable, starts: FirstStart[]): Promise<Set<string>> {
  if (starts.length === 0) return new Set();
  const ids = starts.map(({ upload }) => upload.contentId);
  await lockFlagsOf(db, ids);
  const begun = await db.query<{ content_id: string }>(
    `INSERT INTO contents AS c (content_id, phase, status, generation, revision, creator_id, residency, content_type,
       upload_session_id, revision_at, open_flags)
     SELECT x.content_id, 'starting', 'STARTING', 1, 1, x.creator_id, x.residency, x.content_type, x.session,
       to_timestamp(x.at / 1000), (SELECT count(*) FROM flags f WHERE f.content_id = x.content_id AND f.cleared_by IS NULL)
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[])
       x(content_id, creator_id, residency, content_type, session, at)
     ORDER BY x.content_id
     ON CONFLICT (content_id) DO UPDATE SET phase = 'starting', status = 'STARTING', generation = 1, revision = 1,
       creator_id = coalesce(c.creator_id, excluded.creator_id), residency = coalesce(c.residency, excluded.residency),
       content_type = coalesce(c.content_type, excluded.content_type), upload_session_id = excluded.upload_session_id,
       revision_at = excluded.revision_at, open_flags = excluded.open_flags, since = now(), updated_at = now()
     WHERE c.phase = 'draft'
     RETURNING content_id`,
    [
      ids,
      starts.map(({ upload }) => upload.creatorId),
      starts.map(({ upload }) => upload.residency),
      starts.map(({ upload }) => upload.contentType),
      starts.map(({ upload }) => upload.uploadSessionId),
      starts.map(({ upload }) => upload.at),
    ],
  );
  const done = new Set(begun.rows.map((row) => row.content_id));
  const ours = starts.filter(({ upload }) => done.has(upload.contentId));
  await db.query(
    `INSERT INTO generations (content_id, generation, cause, input)
     SELECT x.content_id, 1, x.cause, x.input FROM unnest($1::text[], $2::text[], $3::jsonb[]) x(content_id, cause, input)`,
    [
      ours.map(({ upload }) => upload.contentId),
      ours.map(({ upload }) => `upload:${upload.uploadSessionId}`),
      ours.map(({ input }) => JSON.stringify(input)),
    ],
  );
  return done;
}

/** Until the transaction ends, flags of these contents are raised by nobody else, also where there is no row yet. */
export async function lockFlagsOf(db: Queryable, contentIds: string[]): Promise<void> {
  await db.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('flags:' || id, 0)) FROM (
       SELECT id FROM unnest($1::text[]) id ORDER BY id) ids`,
    [contentIds],
  );
}

/** Temporal has the runs: from here on facts are signals. */
export async function markStarted(db: Queryable, started: { contentId: string; generation: number }[]): Promise<void> {
  if (started.length === 0) return;
  const ids = started.map((one) => one.contentId);
  const generations = started.map((one) => one.generation);
  await db.query('SELECT 1 FROM contents WHERE content_id = ANY($1) ORDER BY content_id FOR UPDATE', [ids]);
  await db.query(
    `UPDATE contents c SET phase = 'open', updated_at = now() FROM unnest($1::text[], $2::int[]) x(content_id, generation)
     WHERE c.content_id = x.content_id AND c.generation = x.generation AND c.phase = 'starting'`,
    [ids, generations],
  );
  await db.query(
    `UPDATE generations g SET started_at = now() FROM unnest($1::text[], $2::int[]) x(content_id, generation)
     WHERE g.content_id = x.content_id AND g.generation = x.generation AND g.started_at IS NULL`,
    [ids, generations],
  );
}

/** Newer than every state of a run that has ended. */
export const LAST_STATE = Number.MAX_SAFE_INTEGER;

/**
 * Starts that Temporal refuses for good: the contents are what they were before, so that another upload or flag can begin
 * them. Creator, residency and type stay, as those of a first upload do.
 */
export async function takeBackStarts(
  db: Queryable,
  starts: { contentId: string; generation: number }[],
): Promise<void> {
  if (starts.length === 0) return;
  const ids = starts.map((one) => one.contentId);
  await db.query('SELECT 1 FROM contents WHERE content_id = ANY($1) ORDER BY content_id FOR UPDATE', [ids]);
  await db.query(
    `WITH back AS (
       UPDATE contents c SET generation = c.generation - 1, since = now(), updated_at = now(),
         phase = CASE WHEN c.generation = 1 THEN 'draft' ELSE 'terminal' END,
         status = CASE WHEN c.generation = 1 THEN 'DRAFT' ELSE 'PUBLISHED' END,
         state_version = CASE WHEN c.generation = 1 THEN 0 ELSE $3::bigint END
       FROM unnest($1::text[], $2::int[]) x(content_id, generation)
       WHERE c.content_id = x.content_id AND c.generation = x.generation AND c.phase = 'starting'
       RETURNING x.content_id, x.generation)
     DELETE FROM generations g USING back WHERE g.content_id = back.content_id AND g.generation = back.generation`,
    [ids, starts.map((one) => one.generation), LAST_STATE],
  );
}

interface CarriedRow {
  revision: number;
  visibility: CarriedOver['visibility'];
  hls: string | null;
  dash: string | null;
  cekId: string | null;
  transcoded: CarriedOver['transcoded'] | null;
  upload: (Omit<CarriedOver['upload'], 'at'> & { at: number }) | null;
}

/** What a generation after the first begins with; null where the content was never published. */
export async function readCarried(db: Queryable, contentId: string): Promise<CarriedOver | null> {
  const found = await db.query<CarriedRow>(
    `SELECT c.revision, c.visibility, c.hls_manifest AS hls, c.dash_manifest AS dash, c.cek_id AS "cekId", c.transcoded,
       CASE WHEN u.content_id IS NOT NULL THEN jsonb_build_object('uploadSessionId', u.upload_session_id,
         'creatorId', u.creator_id, 'rawKey', u.raw_key, 'residency', u.residency, 'contentType', u.content_type,
         'at', (extract(epoch FROM u.uploaded_at) * 1000)::bigint) END AS upload
     FROM contents c
     LEFT JOIN uploads u ON u.content_id = c.content_id AND u.upload_session_id = c.upload_session_id
     WHERE c.content_id = $1`,
    [contentId],
  );
  const row = found.rows[0];
  if (!row || row.hls === null || row.dash === null || row.upload === null) return null;
  return {
    revision: row.revision,
    upload: row.upload,
    transcoded: row.transcoded ?? NOTHING_KNOWN,
    manifests: { hls: row.hls, dash: row.dash, cekId: row.cekId },
    visibility: row.visibility,
  };
}

/** A database restored without it: moderation and publication do not need the renditions. */
const NOTHING_KNOWN: CarriedOver['transcoded'] = { renditions: [], audioTracks: [], durationSeconds: 1 };

/**
 * The next generation of finished content, `starting`; false where it is not finished any more or where the same cause
 * began one before.
 */
export async function insertNextGeneration(
  db: Queryable,
  next: { contentId: string; generation: number; cause: string; input: object },
): Promise<boolean> {
  const raised = await db.query(
    `UPDATE contents SET phase = 'starting', status = 'STARTING', generation = $2, state_version = 0, since = now(),
       updated_at = now()
     WHERE content_id = $1 AND phase = 'terminal' AND generation = $2 - 1
       AND NOT EXISTS (SELECT 1 FROM generations g WHERE g.content_id = $1 AND g.cause = $3)`,
    [next.contentId, next.generation, next.cause],
  );
  if (raised.rowCount !== 1) return false;
  await db.query('INSERT INTO generations (content_id, generation, cause, input) VALUES ($1, $2, $3, $4)', [
    next.contentId,
    next.generation,
    next.cause,
    JSON.stringify(next.input),
  ]);
  return true;
}
