import type { Queryable } from './pool';

export interface InboxFigures {
  open: number;
  parked: number;
  dead: number;
  /** Milestones that are stored and not known to be in Kafka, and when the oldest was stored. */
  unsent: number;
  oldestUnsent: Date | null;
  /** When the oldest of each was taken in; null: there is none. */
  oldestOpen: Date | null;
  oldestParked: Date | null;
}

/** Events without an effect. */
export interface WithoutEffect {
  /** Of the newest NEWEST events: their content had ended, or a newer update of the asset stood. */
  late: number;
  /** Of the same: the same fact under another event id. */
  duplicate: number;
  /** Dead letters that nobody has answered: another payload under an event id that was there. */
  reused: number;
  /** Updates of assets that came after a newer one. */
  outdated: number;
}

type Found = Record<'open' | 'parked' | 'dead' | 'unsent', string> &
  Record<'oldestOpen' | 'oldestParked' | 'oldestUnsent', Date | null>;

/** From the partial indexes that hold nothing but such rows. */
export async function inboxFigures(db: Queryable): Promise<InboxFigures> {
  const found = await db.query<Found>(
    `SELECT o.count AS open, o.oldest AS "oldestOpen", p.count AS parked, p.oldest AS "oldestParked",
       m.count AS unsent, m.oldest AS "oldestUnsent",
       (SELECT count(*) FROM dead_letters WHERE resolved_at IS NULL) AS dead
     FROM (SELECT count(*), min(received_at) AS oldest FROM inbox WHERE status = 'open') o,
       (SELECT count(*), min(received_at) AS oldest FROM inbox WHERE status = 'parked') p,
       (SELECT count(*), min(created_at) AS oldest FROM (
         SELECT created_at FROM milestones WHERE sent_at IS NULL
         UNION ALL SELECT created_at FROM notices WHERE sent_at IS NULL) told) m`,
  );
  const row = found.rows[0];
  return {
    open: Number(row?.open ?? 0),
    parked: Number(row?.parked ?? 0),
    dead: Number(row?.dead ?? 0),
    unsent: Number(row?.unsent ?? 0),
    oldestUnsent: row?.oldestUnsent ?? null,
    oldestOpen: row?.oldestOpen ?? null,
    oldestParked: row?.oldestParked ?? null,
  };
}

/** An index on the outcome would make every event's way through the dispatcher dearer, for a figure that is asked for now and then. */
const NEWEST = 100_000;

export async function readWithoutEffect(db: Queryable): Promise<WithoutEffect> {
  const found = await db.query<WithoutEffect>(
    `SELECT late, duplicate,
       (SELECT count(*)::float8 FROM dead_letters WHERE code = 'EVENT_ID_REUSED' AND resolved_at IS NULL) AS reused,
       (SELECT count(*)::float8 FROM asset_conflicts) AS outdated
     FROM (SELECT (count(*) FILTER (WHERE outcome = 'late'))::float8 AS late,
         (count(*) FILTER (WHERE outcome = 'duplicate'))::float8 AS duplicate
       FROM event_ids WHERE row_id > (SELECT max(row_id) FROM event_ids) - $1::int) newest`,
    [NEWEST],
  );
  return found.rows[0] ?? { late: 0, duplicate: 0, reused: 0, outdated: 0 };
}
