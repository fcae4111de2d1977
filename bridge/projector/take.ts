import { recordTime } from '../../contracts/model/record-time';
import type { KafkaRecord } from '../../contracts/model/ports';
import { partitionName } from '../../contracts/model/topics';
import type { CountEventsDeps } from '../../operations/engagement/count-events';
import { toReelwayError } from '../../platform/errors';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import { createMicroBatcher } from '../../platform/micro-batcher';
import { inTransaction, isTooSlow, isUnstorable, type Pool } from '../../platform/postgres/pool';
import { advanceWatermarks, type Span } from '../../platform/postgres/watermarks';
import { assertMostlyGood, assertNotHeld, BreakerTripped, type BreakerLimits } from '../inbound/breaker';
import type { Pauses } from '../inbound/pauses';
import type { AcceptsSource } from '../inbound/sources';
import { countJudged, type CountOutcome } from './count';
import { judgeCount, type JudgedCount } from './judge';

export interface TakeDeps extends CountEventsDeps {
  pool: Pool;
  log: Logger;
  breaker: BreakerLimits;
  pauses: Pick<Pauses, 'last' | 'pause'>;
  accepts: AcceptsSource;
  /** Told after each commit. */
  onCounted(judged: readonly JudgedCount[], outcomes: readonly CountOutcome[], ms: number): void;
}

/**
 * At most about so many records share a transaction, over in a fraction of a second: what a member of the group reads at
 * once, and more. Each transaction writes the sums of all contents that it meets, so small ones are dear: 8,000 records
 * took half as long again.
 */
const RECORDS_PER_COMMIT = 32_000;
/** While one waits for a lock or the disk, the other gets on. */
const COMMITS_AT_ONCE = 2;

/**
 * The handler of the consumer: records of one partition, counted or buried together with those of others that wait at
 * the same time; offsets are committed after it resolved. It rejects only when Postgres is away, or while a partition of
 * mostly bad records is held (BREAKER_OPEN); the same records come again.
 */
export function createTake(deps: TakeDeps): (records: KafkaRecord[]) => Promise<void> {
  const commit = (judged: JudgedCount[]): Promise<never[]> =>
    countOrSplit(deps, judged).then(
      () => [],
      (error: unknown) => {
        throw toReelwayError(error);
      },
    );
  const batcher = createMicroBatcher(commit, { mostItems: RECORDS_PER_COMMIT, atOnce: COMMITS_AT_ONCE });
  return async (records) => {
    assertNotHeld(deps.pauses, records);
    const judged = records.map((record) => judgeCount(record, deps.accepts));
    await holdIfMostlyDead(deps, records, judged);
    await batcher.add(judged);
  };
}

/** By what the records are in themselves; one that came twice or whose content is unknown speaks for nothing. */
async function holdIfMostlyDead(deps: TakeDeps, records: KafkaRecord[], judged: JudgedCount[]): Promise<void> {
  const dead = judged.filter((one) => one.is === 'dead');
  if (dead.length === 0) return;
  try {
    assertMostlyGood(deps.breaker, deps.pauses, records, dead);
  } catch (error) {
    if (error instanceof BreakerTripped) await deps.pauses.pause(error.scope, 'BREAKER_OPEN', error.why);
    throw error;
  }
}

/**
 * As the intake does: what Postgres cannot store is found by halves and must not hold up the others for ever; what takes it
 * too long is tried in halves.
 */
async function countOrSplit(deps: TakeDeps, judged: JudgedCount[]): Promise<void> {
  try {
    await countAll(deps, judged);
  } catch (error) {
    const [only] = judged;
    if (!only || !(isUnstorable(error) || (isTooSlow(error) && judged.length > 1))) throw error;
    if (judged.length === 1) {
      const { topic, offset } = only.record;
      deps.log.error({ err: error, topic, offset }, 'Postgres cannot store a record');
      const reason = 'Postgres cannot store a value of this record';
      return countAll(deps, [{ ...only, is: 'dead', code: 'UNSAFE_TEXT', reason }]);
    }
    const half = Math.ceil(judged.length / 2);
    await countOrSplit(deps, judged.slice(0, half));
    await countOrSplit(deps, judged.slice(half));
  }
}

async function countAll(deps: TakeDeps, judged: JudgedCount[]): Promise<void> {
  const begun = performance.now();
  const outcomes = await inTransaction(deps.pool, async (db) => {
    const found = await countJudged(db, deps, judged);
    await advanceWatermarks(db, spansOf(judged));
    await reached('projector.before-commit');
    return found;
  });
  await reached('projector.after-commit');
  deps.onCounted(judged, outcomes, performance.now() - begun);
}

/** Records of a partition stand together, in the order of their offsets; a mark too low, of one that changes hands, does no harm. */
function spansOf(judged: readonly JudgedCount[]): Span[] {
  const lasts = judged.filter(({ record }, index) => !isSamePartition(record, judged[index + 1]?.record));
  const last = new Map(lasts.map(({ record }) => [partitionName(record.topic, record.partition), record]));
  return [...last.values()].map(({ topic, partition, offset, timestamp }) => ({
    ...{ topic, partition, next: String(BigInt(offset) + 1n), recordMs: recordTime(timestamp) },
  }));
}

const isSamePartition = (record: KafkaRecord, other: KafkaRecord | undefined): boolean =>
  other?.partition === record.partition && other.topic === record.topic;
