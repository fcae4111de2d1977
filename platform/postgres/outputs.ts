import type { Queryable } from './pool';

/** What names an output: the same work on the same input has the same hash, whichever attempt does it. */
export interface OutputId {
  contentId: string;
  generation: number;
  revision: number;
  stage: 'transcode' | 'package';
  /** The rendition's label, or the package set: "720p", "s1". */
  variant: string;
  /** sha256 of everything that decides the bytes, hex. */
  inputHash: string;
}

export interface Output extends OutputId {
  /** Object keys. */
  keys: string[];
  sha256: string;
  bytes: number;
  /** Number of the attempt that made it. */
  attempt: number;
  /** The result of the activity, for the attempt that finds it. */
  meta: unknown;
}

type OutputPlace = Pick<OutputId, 'contentId' | 'generation' | 'revision' | 'stage'>;

const COLUMNS = `
  content_id AS "contentId", generation, revision, stage, variant, input_hash AS "inputHash", keys, sha256,
  bytes::float8 AS bytes, attempt, meta`;

const idOf = (id: OutputId): unknown[] => [
  id.contentId,
  id.generation,
  id.revision,
  id.stage,
  id.variant,
  id.inputHash,
];

/** The recorded output, unless it was removed since. */
export async function findOutput(db: Queryable, id: OutputId): Promise<Output | null> {
  const found = await db.query<Output>(
    `SELECT ${COLUMNS} FROM outputs WHERE content_id = $1 AND generation = $2 AND revision = $3 AND stage = $4
       AND variant = $5 AND input_hash = $6 AND removed_at IS NULL`,
    idOf(id),
  );
  return found.rows[0] ?? null;
}

/**
 * What an earlier generation made of the same input, the newest of it. A set has another variant there, for sets are
 * numbered; its input is the same.
 */
export async function findEarlierOutput(db: Queryable, id: OutputId): Promise<Output | null> {
  const found = await db.query<Output>(
    `SELECT ${COLUMNS} FROM outputs WHERE content_id = $1 AND generation < $2 AND stage = $3 AND input_hash = $4
       AND (variant = $5 OR stage = 'package') AND removed_at IS NULL ORDER BY generation DESC, created_at DESC LIMIT 1`,
    [id.contentId, id.generation, id.stage, id.inputHash, id.variant],
  );
  return found.rows[0] ?? null;
}

/** Names what an earlier generation made as this generation's; null where it was collected in this moment. */
export async function recordTakenOver(db: Queryable, earlier: Output, id: OutputId): Promise<Output | null> {
  const written = await db.query<Output>(
    `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta)
     SELECT $1, $2, $3, $4, $5, $6, keys, sha256, bytes, attempt, meta FROM outputs
     WHERE content_id = $1 AND generation = $7 AND revision = $8 AND stage = $4 AND variant = $9 AND input_hash = $6
       AND removed_at IS NULL
     ON CONFLICT (content_id, generation, revision, stage, variant, input_hash) DO UPDATE
       SET keys = excluded.keys, sha256 = excluded.sha256, bytes = excluded.bytes, attempt = excluded.attempt,
         meta = excluded.meta, created_at = now(), removed_at = NULL, objects_left = false
     RETURNING ${COLUMNS}`,
    [...idOf(id), earlier.generation, earlier.revision, earlier.variant],
  );
  return written.rows[0] ?? null;
}

/**
 * Records an output and returns the one that stands: the first. Where that is another attempt's, the caller removes its
 * own objects. A record that was removed makes way.
 */
export async function recordOutput(db: Queryable, output: Output): Promise<Output> {
  const written = await db.query<Output>(
    `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (content_id, generation, revision, stage, variant, input_hash) DO UPDATE
       SET keys = excluded.keys, sha256 = excluded.sha256, bytes = excluded.bytes, attempt = excluded.attempt,
         meta = excluded.meta, created_at = now(), removed_at = NULL, objects_left = false
       WHERE outputs.removed_at IS NOT NULL
     RETURNING ${COLUMNS}`,
    [...idOf(output), output.keys, output.sha256, output.bytes, output.attempt, JSON.stringify(output.meta)],
  );
  // Removed between our insert and our look: then nothing stands, and ours is tried again.
  return written.rows[0] ?? (await findOutput(db, output)) ?? recordOutput(db, output);
}

/** Outputs of a stage that are still there. */
export async function listOutputs(db: Queryable, place: OutputPlace): Promise<Output[]> {
  const found = await db.query<Output>(
    `SELECT ${COLUMNS} FROM outputs WHERE content_id = $1 AND generation = $2 AND revision = $3 AND stage = $4
       AND removed_at IS NULL ORDER BY variant, input_hash`,
    [place.contentId, place.generation, place.revision, place.stage],
  );
  return found.rows;
}

/** Marks exactly this output as removed; one that was recorded meanwhile under the same id stays. */
export async function markRemoved(db: Queryable, output: Output): Promise<void> {
  await db.query(
    `UPDATE outputs SET removed_at = now() WHERE content_id = $1 AND generation = $2 AND revision = $3 AND stage = $4
       AND variant = $5 AND input_hash = $6 AND keys = $7 AND removed_at IS NULL`,
    [...idOf(output), output.keys],
  );
}
