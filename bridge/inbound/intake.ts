import { DEFAULT_CHANNELS, type Channels } from '../../contracts/model/notices';
import type { KafkaRecord } from '../../contracts/model/ports';
import { newestTime, recordTime } from '../../contracts/model/record-time';
import { traceparentOf } from '../../contracts/model/trace';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import {
  insertDeadLetters,
  keptHeaders,
  quarantineRecords,
  type NewDeadLetter,
} from '../../platform/postgres/dead-letters';
import { unmarkManifestMissing } from '../../platform/postgres/assets';
import { countRepeats, writeKnownOutcomes } from '../../platform/postgres/event-ids';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { insertInboxRows, reserveRowIds } from '../../platform/postgres/inbox';
import { ownEventIds } from '../../platform/postgres/milestones';
import { insertObservations, type NewObservation } from '../../platform/postgres/observations';
import { inTransaction, isUnstorable, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { raiseAnnounced } from '../../platform/postgres/raised-flags';
import { insertUploads } from '../../platform/postgres/uploads';
import { advanceWatermark, type Span } from '../../platform/postgres/watermarks';
import { takeAssets } from './assets';
import { cutForIntake, assertMostlyGood, assertNotHeld, BreakerTripped, type BreakerLimits } from './breaker';
import { identify, type NewFact, type NewObserved } from './identify';
import { judge, type DeadRecord, type GoodRecord, type Judged, type ObservedRecord, type OwnRecord } from './judge';
import type { Pauses } from './pauses';
import { project } from './project';
import { createReadAgain } from './read-again';
import { CONSUMER, keepIdentityMs } from './routes';
import type { AcceptsSource } from './sources';
import type { StartGuard } from './start-guard';

/** What became of one record of a batch. */
export type IntakeResult = 'new' | 'duplicate' | 'own' | 'dead';
export type IntakeCounts = Record<IntakeResult, number>;

export interface IntakeDeps {
  pool: Pool;
  log: Logger;
  /** What a new flag does to visible content. */
  lateFlag: 'hide' | 'attention';
  /** How notices reach people. Default: DEFAULT_CHANNELS. */
  channels?: Channels;
  breaker: BreakerLimits;
  pauses: Pick<Pauses, 'last' | 'pause'>;
  guard: Pick<StartGuard, 'count'>;
  /** Who may send what; default: as the routes say. */
  accepts?: AcceptsSource;
  /** Told after each commit, per topic. */
  onTaken(topic: string, counts: IntakeCounts, dead: NewDeadLetter[]): void;
}

/** Records of one transaction: enough to share it, few enough that it is over in well under a second. */
const ROWS_AT_ONCE = 500;

/**
 * The handler of the consumer: every record becomes an inbox row or an observation, a counted repeat, a dropped one of our own or a dead
 * letter, in one bounded transaction; offsets are committed after it resolved. It never calls Temporal. It rejects only
 * when Postgres is away, or while a partition of mostly bad records is held (BREAKER_OPEN); the same records come again.
 * `records` are of one partition.
 */
export function createIntake(deps: IntakeDeps): (records: KafkaRecord[]) => Promise<void> {
  const readAgain = createReadAgain(deps.pool);
  return async (records) => {
    assertNotHeld(deps.pauses, records);
    for (const part of cutForIntake(deps.pauses, records, ROWS_AT_ONCE)) {
      const unknown = await readAgain.unknown(part);
      if (unknown.length > 0) await takeOrHold(deps, { records: unknown, read: part });
      tellKnown(deps, part, part.length - unknown.length);
      readAgain.taken(part);
    }
    await reached('bridge.after-inbox-commit');
  };
}

/** Records of one partition that stand in a row, and those of them that must be looked at: at least one. */
interface Part {
  read: KafkaRecord[];
  records: KafkaRecord[];
}

const NOTHING: IntakeCounts = { new: 0, duplicate: 0, own: 0, dead: 0 };

function tellKnown(deps: IntakeDeps, [first]: KafkaRecord[], known: number): void {
  if (first && known > 0) deps.onTaken(first.topic, { ...NOTHING, duplicate: known }, []);
}

async function takeOrHold(deps: IntakeDeps, part: Part): Promise<void> {
  try {
    await takeOrSplit(deps, part);
  } catch (error) {
    if (error instanceof BreakerTripped) await deps.pauses.pause(error.scope, 'BREAKER_OPEN', error.why);
    throw error;
  }
}

/**
 * Our own checks are meant to be stricter than Postgres. Should a record get past them that Postgres cannot store, it
 * must not hold up its partition for ever: the batch is halved until the one is found.
 */
async function takeOrSplit(deps: IntakeDeps, part: Part): Promise<void> {
  const { records } = part;
  try {
    await take(deps, part, (record) => judge(record, Date.now(), deps.accepts));
  } catch (error) {
    if (!isUnstorable(error)) throw error;
    const [only] = records;
    if (records.length === 1 && only) {
      deps.log.error({ err: error, topic: only.topic, offset: only.offset }, 'Postgres cannot store a record');
      await take(deps, part, unstorable);
      return;
    }
    const half = Math.ceil(records.length / 2);
    for (const some of [records.slice(0, half), records.slice(half)]) {
      await takeOrSplit(deps, { records: some, read: some });
    }
  }
}

const unstorable = (record: KafkaRecord): DeadRecord => ({
  is: 'dead',
  record,
  code: 'UNSAFE_TEXT',
  reason: 'Postgres cannot store a value of this record',
  eventId: null,
  contentId: null,
});

async function take(deps: IntakeDeps, part: Part, judged: (record: KafkaRecord) => Judged): Promise<void> {
  const { records, read } = part;
  const all = records.map((record) => judged(record));
  const taken = await inTransaction(deps.pool, async (db) => {
    const done = await writeJudged(db, deps, all);
    assertMostlyGood(deps.breaker, deps.pauses, read, done.dead);
    const span = spanOf(read);
    const before = span && (await advanceWatermark(db, span));
    await reached('bridge.before-inbox-commit');
    return { ...done, repeatedUploads: uploadsBelow(before ?? null, done.facts) };
  });
  const topic = records[0]?.topic;
  if (topic !== undefined) deps.onTaken(topic, taken.counts, taken.dead);
  deps.guard.count(taken.repeatedUploads);
}

function spanOf(records: KafkaRecord[]): Span | null {
  const first = records[0];
  const last = records.at(-1);
  if (!first || !last) return null;
  return {
    topic: first.topic,
    partition: first.partition,
    next: String(BigInt(last.offset) + 1n),
    recordMs: newestTime(records),
  };
}

/** We have had them, and do not remember: either our memory was lost, or the topic was made anew. */
const uploadsBelow = (watermark: string | null, fresh: NewFact[]): number =>
  watermark === null
    ? 0
    : fresh.filter(({ fact, record }) => fact.body.kind === 'upload' && BigInt(record.offset) < BigInt(watermark))
        .length;

/** Within a transaction of the caller; nothing else of the intake decides what becomes of a record. */
export const writeJudged = (db: PoolClient, deps: WriteDeps, all: Judged[]) =>
  write(db, deps, {
    usable: all.filter((one) => one.is === 'fact' || one.is === 'observed'),
    ours: all.filter((one) => one.is === 'ours'),
    dead: all.filter((one) => one.is === 'dead'),
  });

type WriteDeps = Pick<IntakeDeps, 'lateFlag' | 'channels'>;

interface Sorted {
  usable: (GoodRecord | ObservedRecord)[];
  ours: OwnRecord[];
  dead: DeadRecord[];
}

/**
 * The order of locks, the same wherever several kinds of rows are locked: identities that are new (nobody else can hold
 * them), keys, contents, rows, identities that were there.
 */
async function write(db: PoolClient, deps: WriteDeps, records: Sorted) {
  const rowIds = await reserveRowIds(db, records.usable.length);
  const { fresh, repeats, reused } = await identify(db, records.usable, rowIds);
  const facts = fresh.filter((one) => one.is === 'fact');
  const observed = fresh.filter((one) => one.is === 'observed');
  const own = await ownEventIds(
    db,
    records.ours.map((record) => record.eventId),
  );
  const forged = records.ours.filter((record) => !own.has(record.eventId));
  const assets = await takeAssets(db, observed);

  await wakeKeys(db, [
    ...new Set([...facts.map((fact) => fact.contentId), ...assets.rows.map((row) => row.orderingKey)]),
  ]);
  await raiseAnnounced(db, facts.flatMap(flagOf), deps.lateFlag === 'hide');
  await insertUploads(db, facts.flatMap(uploadOf));
  await unmarkManifestMissing(db, assets.restored);
  await insertInboxRows(db, [...facts.map(toRow), ...assets.rows]);
  await insertObservations(db, observed.map(toObservation));
  await writeKnownOutcomes(db, assets.outcomes);
  await project(db, observed, { channels: deps.channels ?? DEFAULT_CHANNELS });
  const dead = [...records.dead.map(toLetter), ...forged.map(toForged), ...reused];
  await insertDeadLetters(db, CONSUMER, dead);
  await quarantineRecords(db, CONSUMER, assets.incomplete);
  await countRepeats(
    db,
    CONSUMER,
    [...repeats].map(([eventId, { times, topic }]) => ({ eventId, times, keepMs: keepIdentityMs(topic) })),
  );
  const counts: IntakeCounts = {
    new: fresh.length - assets.incomplete.length,
    duplicate: [...repeats.values()].reduce((sum, { times }) => sum + times, 0),
    own: records.ours.length - forged.length,
    dead: dead.length + assets.incomplete.length,
  };
  return { counts, dead: [...dead, ...assets.incomplete], facts };
}

const toRow = (fact: NewFact) => ({
  rowId: fact.rowId,
  orderingKey: fact.contentId,
  topic: fact.topic,
  partition: fact.record.partition,
  offset: fact.record.offset,
  recordKey: fact.record.key,
  headers: keptHeaders(fact.record.headers),
  recordMs: recordTime(fact.record.timestamp),
  fact: fact.fact,
  raw: fact.record.value ?? Buffer.alloc(0),
});

const toObservation = (seen: NewObserved): NewObservation => ({
  rowId: seen.rowId,
  topic: seen.topic,
  partition: seen.record.partition,
  offset: seen.record.offset,
  eventId: seen.eventId,
  businessKey: seen.businessKey,
  entityId: seen.entityId,
  at: seen.at,
  payload: seen.payload,
  raw: seen.record.value ?? Buffer.alloc(0),
  keepMs: keepIdentityMs(seen.topic),
});

function flagOf({ contentId, eventId, fact: { body, key, at } }: NewFact) {
  return body.kind === 'flagged' ? [{ contentId, eventId, key, at, flags: body.flags, priority: body.priority }] : [];
}

function uploadOf({ contentId, record, fact: { body, at } }: NewFact) {
  return body.kind === 'upload' ? [{ contentId, at, traceparent: traceparentOf(record.headers), ...body }] : [];
}

const toLetter = (dead: DeadRecord): NewDeadLetter => ({ ...dead, rowId: null });

const toForged = ({ record, eventId, contentId }: OwnRecord): NewDeadLetter => ({
  record,
  eventId,
  contentId,
  code: 'FORGED_SOURCE',
  reason: 'source_service is ours, but no milestone of ours has this event_id',
  rowId: null,
});
