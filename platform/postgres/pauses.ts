import type { Queryable } from './pool';

/** Where the bridge stopped by itself. resumedAt null: it waits for a person. */
export interface Pause {
  /** "topic/partition", or "starts". */
  scope: string;
  code: string;
  reason: string;
  since: Date;
  resumedAt: Date | null;
  /** Records up to this offset were accepted as they are when it was resumed. */
  passesThrough: string | null;
}

const COLUMNS = `scope, code, reason, since, resumed_at AS "resumedAt", passes_through::text AS "passesThrough"`;

export async function readPauses(db: Queryable): Promise<Pause[]> {
  const found = await db.query<Pause>(`SELECT ${COLUMNS} FROM bridge_pauses ORDER BY scope`);
  return found.rows;
}

/** The first reason stays until somebody resumes; then a new one counts. */
export async function writePause(db: Queryable, pause: Pick<Pause, 'scope' | 'code' | 'reason'>): Promise<void> {
  await db.query(
    `INSERT INTO bridge_pauses AS p (scope, code, reason) VALUES ($1, $2, $3)
     ON CONFLICT (scope) DO UPDATE SET code = $2, reason = $3, since = now(), resumed_at = NULL, passes_through = NULL
     WHERE p.resumed_at IS NOT NULL`,
    [pause.scope, pause.code, pause.reason],
  );
}

/** Lets go on; returns the pause, or undefined where nothing is paused under that name. */
export async function resumePause(
  db: Queryable,
  scope: string,
  passesThrough: string | null,
): Promise<Pause | undefined> {
  const resumed = await db.query<Pause>(
    `UPDATE bridge_pauses SET resumed_at = now(), passes_through = $2 WHERE scope = $1 AND resumed_at IS NULL
     RETURNING ${COLUMNS}`,
    [scope, passesThrough],
  );
  return resumed.rows[0];
}
