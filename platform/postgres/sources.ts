import type { Residency } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** The raw object of one upload. */
export interface SourceId {
  contentId: string;
  generation: number;
  revision: number;
}

export interface SourceRegistration extends SourceId {
  rawKey: string;
  creatorId: string;
  residency: Residency;
}

/**
 * Notes whose upload a raw key is, before its bytes are read. False where the key belongs to another content; the lock
 * on the key makes two contents that claim it at once see each other. Needs a transaction.
 */
export async function registerSource(db: Queryable, source: SourceRegistration): Promise<boolean> {
  await lock(db, `raw_key:${source.rawKey}`);
  if (await isRawKeyTaken(db, source.rawKey, source.contentId)) return false;
  await db.query(
    `INSERT INTO sources (content_id, generation, revision, raw_key, creator_id, residency)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (content_id, generation, revision) DO UPDATE
       SET raw_key = excluded.raw_key, creator_id = excluded.creator_id, residency = excluded.residency`,
    [source.contentId, source.generation, source.revision, source.rawKey, source.creatorId, source.residency],
  );
  return true;
}

/** Whether another content has the raw key. */
export async function isRawKeyTaken(db: Queryable, rawKey: string, contentId: string): Promise<boolean> {
  const taken = await db.query('SELECT 1 FROM sources WHERE raw_key = $1 AND content_id <> $2 LIMIT 1', [
    rawKey,
    contentId,
  ]);
  return taken.rows.length > 0;
}

export interface SourceFacts {
  sha256: string;
  bytes: number;
  probe: unknown;
  /** What is to be encoded of it; empty where a service does that. */
  ladder: unknown[];
}

/**
 * Writes what the bytes are. The row gets a new source_id when its sha256 becomes known, under a lock on that sha256:
 * of equal bytes, the lower source_id is the one that was known first, and the later one sees it. Needs a transaction.
 */
export async function describeSource(db: Queryable, id: SourceId, facts: SourceFacts): Promise<void> {
  await lock(db, `sha256:${facts.sha256}`);
  const place = [id.contentId, id.generation, id.revision];
  const where = 'WHERE content_id = $1 AND generation = $2 AND revision = $3';
  await db.query(`UPDATE sources SET source_id = DEFAULT ${where} AND sha256 IS DISTINCT FROM $4`, [
    ...place,
    facts.sha256,
  ]);
  await db.query(`UPDATE sources SET sha256 = $4, bytes = $5, probe = $6, ladder = $7 ${where}`, [
    ...place,
    facts.sha256,
    facts.bytes,
    JSON.stringify(facts.probe),
    JSON.stringify(facts.ladder),
  ]);
}

/**
 * The first content that had exactly these bytes, where it is another creator's. Whoever came first may bring them
 * again, however many copies of others there are by now.
 */
export async function findOriginal(
  db: Queryable,
  copy: SourceId & { sha256: string; creatorId: string },
): Promise<{ contentId: string; creatorId: string } | null> {
  const found = await db.query<{ contentId: string; creatorId: string }>(
    `SELECT content_id AS "contentId", creator_id AS "creatorId" FROM sources
     WHERE sha256 = $4 AND source_id <= (
       SELECT source_id FROM sources WHERE content_id = $1 AND generation = $2 AND revision = $3)
     ORDER BY source_id LIMIT 1`,
    [copy.contentId, copy.generation, copy.revision, copy.sha256],
  );
  const first = found.rows[0];
  return first && first.creatorId !== copy.creatorId ? first : null;
}

/** Held until the transaction ends; the same text is the same lock, for all processes. */
const lock = (db: Queryable, text: string): Promise<unknown> =>
  db.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [text]);
