import type { Queryable } from './pool';

export interface InboxFigures {
  open: number;
  parked: number;
  dead: number;
  /** When the oldest of each was taken in; null: there is none. */
  oldestOpen: Date | null;
  oldestParked: Date | null;
}

/** From the partial indexes that hold nothing but such rows. */
export async function inboxFigures(db: Queryable): Promise<InboxFigures> {
  const found = await db.query<{ open: string; parked: string; dead: string; oldestOpen: Date; oldestParked: Date }>(
    `SELECT o.count AS open, o.oldest AS "oldestOpen", p.count AS parked, p.oldest AS "oldestParked",
       (SELECT count(*) FROM dead_letters WHERE resolved_at IS NULL) AS dead
     FROM (SELECT count(*), min(received_at) AS oldest FROM inbox WHERE status = 'open') o,
       (SELECT count(*), min(received_at) AS oldest FROM inbox WHERE status = 'parked') p`,
  );
  const row = found.rows[0];
  return {
    open: Number(row?.open ?? 0),
    parked: Number(row?.parked ?? 0),
    dead: Number(row?.dead ?? 0),
    oldestOpen: row?.oldestOpen ?? null,
    oldestParked: row?.oldestParked ?? null,
  };
}
