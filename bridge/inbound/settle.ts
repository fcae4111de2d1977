import { reached } from '../../platform/faults';
import { closeRows, reopenWaiting, type OpenRow, type RoutedRow } from '../../platform/postgres/inbox';
import { lockClaimed, releaseKeys, type ClaimedKey, type Release } from '../../platform/postgres/inbox-keys';
import { writeRouted, type RoutedOutcome } from '../../platform/postgres/event-ids';
import { inTransaction, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { markRunMissing, markStarted } from '../../platform/postgres/starts';
import { CONSUMER, START_TOPIC } from './routes';

export type RowEnd = 'delivered' | 'late' | 'parked' | 'told';

/** What became of a claimed key. */
export interface Settlement {
  claim: ClaimedKey;
  rows: { row: OpenRow; end: RowEnd }[];
  /** The generation that Temporal now has; null: none was begun. */
  started: number | null;
  /** Why it could not be delivered; null: it was. */
  code: string | null;
  /** Due again after so many ms; null: when something comes in. */
  againInMs: number | null;
}

export interface Settler {
  /** Resolves when it is in Postgres, or was given up: then the key comes back when its lease ends. */
  settle(settlement: Settlement): Promise<void>;
}

/** Joins what comes while a transaction runs into the next one: under load many keys cost as much as one. */
export function createSettler(pool: Pool, onFailure: (error: unknown) => void): Settler {
  let waiting: Settlement[] = [];
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    const batch = waiting;
    waiting = [];
    running = null;
    await inTransaction(pool, (db) => write(db, batch)).catch(onFailure);
  };
  let last: Promise<void> = Promise.resolve();
  return {
    settle: (settlement) => {
      waiting.push(settlement);
      running ??= last = last.then(run);
      return running;
    },
  };
}

/** Under the lock of the keys. A key whose lease ended meanwhile is somebody else's: nothing is written for it. */
async function write(db: PoolClient, all: Settlement[]): Promise<void> {
  const held = await lockClaimed(
    db,
    all.map((one) => one.claim),
  );
  const ours = all.filter((one) => held.has(one.claim.key));
  const started = ours.flatMap(({ claim, started: generation }) =>
    generation === null ? [] : [{ contentId: claim.key, generation }],
  );
  await markStarted(db, started);
  await markRunMissing(
    db,
    ours.filter((one) => one.code === 'RUN_MISSING').map((one) => one.claim.key),
  );
  // Facts that were parked between a start and its acknowledgement.
  const reopened = await reopenWaiting(
    db,
    started.map((one) => one.contentId),
  );
  const rows = ours.flatMap((one) => one.rows);
  await closeRows(db, START_TOPIC, rows.map(toRouted));
  await writeRouted(db, CONSUMER, rows.flatMap(toOutcome));
  await releaseKeys(
    db,
    ours.map((one) => toRelease(one, reopened.has(one.claim.key))),
  );
  await reached('bridge.before-mark-commit');
}

const toRelease = ({ claim, code, againInMs }: Settlement, hasMore: boolean): Release => ({
  key: claim.key,
  arrivals: claim.arrivals,
  againInMs: hasMore ? 0 : againInMs,
  code,
});

const CODES = { delivered: null, late: 'CONTENT_FINISHED', parked: 'NOT_STARTED', told: null } as const;

const toRouted = ({ row, end }: { row: OpenRow; end: RowEnd }): RoutedRow => ({
  rowId: row.rowId,
  status: end === 'parked' ? 'parked' : 'done',
  code: CODES[end],
  before: row.code,
});

function toOutcome({ row, end }: { row: OpenRow; end: RowEnd }): RoutedOutcome[] {
  if (end === 'told') return [];
  return [{ eventId: row.fact.eventId, outcome: end, code: CODES[end], before: row.code }];
}
