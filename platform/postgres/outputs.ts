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
 * Records an output and returns the one that stands: the first. Where that is another attempt's, the caller removes its
 * own objects. A record that was removed makes way.
 */
export async function recordOutput(db: Queryable, output: Output): Promise<Output> {
  const written = await db.query<Output>(
    `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (content_id, generation, revision, stage, variant, input_hash) DO UPDATE
       SET keys = excluded.keys, sha256 = excluded.sha256, bytes = excluded.bytes, attempt = excluded.attempt,
         meta = excluded.meta, created_at = now(), removed_at = NULL
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
