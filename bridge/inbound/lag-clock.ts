import type { Kafka } from '../../contracts/model/ports';

type Partitions = Awaited<ReturnType<Kafka['lag']>>;

/** Of one partition: records that are not committed, and for how long the oldest of them has been seen waiting. */
export interface PartitionLag {
  partition: number;
  records: number;
  seconds: number;
}

/**
 * How far a topic is behind, in records and in time. Kafka tells offsets and no times, so each look remembers where the
 * topic ended: a look whose end is still not committed is how long the wait has lasted at least. So it grows also while
 * nothing at all is consumed. It begins with the first look, whatever waited before.
 */
export function createLagClock(): (partitions: Partitions, now: number) => PartitionLag[] {
  const ends = new Map<number, { at: number; high: bigint }[]>();
  return (partitions, now) =>
    partitions.map(({ partition, high, committed }) => {
      const done = BigInt(committed ?? 0);
      const before = ends.get(partition) ?? [];
      const isNew = BigInt(high) > (before.at(-1)?.high ?? -1n);
      const waiting = [...before, ...(isNew ? [{ at: now, high: BigInt(high) }] : [])].filter((end) => end.high > done);
      ends.set(partition, waiting);
      const records = BigInt(high) > done ? Number(BigInt(high) - done) : 0;
      return { partition, records, seconds: waiting[0] ? (now - waiting[0].at) / 1_000 : 0 };
    });
}

/** A route that is behind by this much may still have the upload that a fact waits for. */
const LAGS_FROM_S = 60;

/**
 * Tells whether a topic lags a minute or more. Until we have watched for a minute, anything that is not committed counts,
 * for we do not know how long it has been there.
 */
export function createLagWatch(): (partitions: Partitions, now: number) => boolean {
  const clock = createLagClock();
  let since: number | null = null;
  return (partitions, now) => {
    since ??= now;
    const isNewHere = now - since < LAGS_FROM_S * 1_000;
    return clock(partitions, now).some(({ records, seconds }) => (isNewHere ? records > 0 : seconds >= LAGS_FROM_S));
  };
}
