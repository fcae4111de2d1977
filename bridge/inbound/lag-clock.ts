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
