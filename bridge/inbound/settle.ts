import type { ErrorCode } from '../../contracts/model/errors';
import { START_TOPIC } from '../../contracts/model/topics';
import { buryRows, type BuriedRow } from '../../platform/postgres/dead-letters';
import { reached } from '../../platform/faults';
import { closeRows, reopenWaiting, type OpenRow, type RoutedRow } from '../../platform/postgres/inbox';
import { lockClaimed, releaseKeys, type ClaimedKey, type Release } from '../../platform/postgres/inbox-keys';
import { writeRouted, type RoutedOutcome } from '../../platform/postgres/event-ids';
import { stillOpen } from '../../platform/postgres/open-contents';
import { inTransaction, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { markRunsMissing } from '../../platform/postgres/run-missing';
import { markStarted, takeBackStarts } from '../../platform/postgres/starts';
import { CONSUMER } from './routes';

export type RowEnd = 'delivered' | 'late' | 'parked' | 'told' | 'dead';
/** why: of a dead one. */
export type EndedRow =
  | { row: OpenRow; end: Exclude<RowEnd, 'dead'> }
  | { row: OpenRow; end: 'dead'; why: { code: ErrorCode; reason: string } };

/** What became of a claimed key. */
export interface Settlement {
  claim: ClaimedKey;
  rows: EndedRow[];
  /** The generation that Temporal now has; null: none was begun. */
  started: number | null;
  /** The generation whose start Temporal refuses for good, and has not begun. */
  takenBack: number | null;
  /** Why it could not be delivered; null: it was. */
  code: string | null;
  /** Due again after so many ms; null: when something comes in. */
  againInMs: number | null;
}

export interface Settler {
  /** Resolves when it is in Postgres, or was given up: then the key comes back when its lease ends. */
  settle(settlement: Settlement): Promise<void>;
}

export interface SettlerOptions {
  /** So many go at once, however soon they came. */
  most: number;
  /** Whether others are on their way, so that it is worth waiting for them. */
  isBusy: () => boolean;
  onFailure: (error: unknown) => void;
}

/** While others are on their way; a key is held back from its next facts for this long at most. */
const GATHER_MS = 500;

/** One transaction at a time; what comes meanwhile shares the next. Under load many keys cost as much as one. */
export function createSettler(pool: Pool, { most, isBusy, onFailure }: SettlerOptions): Settler {
  let batch = newBatch();
  let last: Promise<void> = Promise.resolve();

  const flush = (): void => {
    if (batch.settlements.length === 0) return;
    const { settlements, done } = batch;
    clearTimeout(batch.timer);
    batch = newBatch();
    last = last.then(() => inTransaction(pool, (db) => write(db, settlements)).catch(onFailure));
    void last.then(done.resolve);
  };
  return {
    settle: (settlement) => {
      const { settlements, done } = batch;
      settlements.push(settlement);
      if (settlements.length >= most || !isBusy()) flush();
      else batch.timer ??= setTimeout(flush, GATHER_MS);
      return done.promise;
    },
  };
}

interface Batch {
  settlements: Settlement[];
  done: { promise: Promise<void>; resolve: () => void };
  timer?: NodeJS.Timeout;
}

function newBatch(): Batch {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((resolved) => (resolve = resolved));
  return { settlements: [], done: { promise, resolve } };
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
  await markRunsMissing(
    db,
    ours.filter((one) => one.code === 'RUN_MISSING').map((one) => one.claim.key),
  );
  await takeBackStarts(
    db,
    ours.flatMap(({ claim, takenBack }) =>
      takenBack === null ? [] : [{ contentId: claim.key, generation: takenBack }],
    ),
  );
  const rows = ours.flatMap((one) => one.rows);
  await closeRows(db, START_TOPIC, rows.flatMap(toRouted));
  // Facts that were parked between a start and its acknowledgement, which a command's start may have written meanwhile.
  const parked = rows.filter(({ end }) => end === 'parked').map(({ row }) => row.orderingKey);
  const open = parked.length === 0 ? [] : await stillOpen(db, [...new Set(parked)]);
  const reopened = await reopenWaiting(db, [...started.map((one) => one.contentId), ...open]);
  await buryRows(db, CONSUMER, rows.flatMap(toBuried));
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

const codeOf = (ended: EndedRow): ErrorCode | null => (ended.end === 'dead' ? ended.why.code : CODES[ended.end]);

function toRouted(ended: EndedRow): RoutedRow[] {
  const { row, end } = ended;
  if (end === 'dead') return [];
  const status = end === 'parked' ? 'parked' : 'done';
  return [{ rowId: row.rowId, status, code: codeOf(ended), before: row.code }];
}

const toBuried = (ended: EndedRow): BuriedRow[] =>
  ended.end === 'dead' ? [{ rowId: ended.row.rowId, before: ended.row.code, ...ended.why }] : [];

function toOutcome(ended: EndedRow): RoutedOutcome[] {
  const { row, end } = ended;
  if (end === 'told') return [];
  return [{ eventId: row.fact.eventId, outcome: end, code: codeOf(ended), before: row.code }];
}
