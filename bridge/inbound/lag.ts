import type { Kafka } from '../../contracts/model/ports';

/** A route that is behind by this much may still have the upload that a fact waits for. */
const LAGS_FROM_MS = 60_000;

type Partitions = Awaited<ReturnType<Kafka['lag']>>;

interface Sample {
  at: number;
  high: Map<number, bigint>;
}

/**
 * Tells whether a topic lags a minute or more: something that was in Kafka a minute ago is not committed. Until we have
 * watched for a minute, anything that is not committed counts, for we do not know how long it has been there.
 */
export function createLagWatch(): (partitions: Partitions, now: number) => boolean {
  let samples: Sample[] = [];
  return (partitions, now) => {
    const past = samples.findLast((sample) => sample.at <= now - LAGS_FROM_MS);
    samples = [...samples.filter((sample) => sample.at >= (past?.at ?? 0)), { at: now, high: highOf(partitions) }];
    return partitions.some(({ partition, high, committed }) => {
      const expected = past ? (past.high.get(partition) ?? 0n) : BigInt(high);
      return BigInt(committed ?? 0) < expected;
    });
  };
}

const highOf = (partitions: Partitions): Map<number, bigint> =>
  new Map(partitions.map(({ partition, high }) => [partition, BigInt(high)]));
