import type { ReelwayError } from '../../contracts/model/errors';
import type { WaitingPartition } from '../../contracts/model/ports';
import { partitionName } from '../../contracts/model/topics';

/** The partitions of a consumer that do not get on, from the first failure to the first success. */
export interface Failures {
  /** Returns how many there are now in a row. */
  add(topic: string, partition: number, error: ReelwayError): number;
  clear(topic: string, partition: number): void;
  /** Forgets partitions that belong to somebody else now. */
  keep(assignment: Record<string, number[]>): void;
  list(): WaitingPartition[];
}

export function createFailures(): Failures {
  const waiting = new Map<string, WaitingPartition>();
  return {
    add: (topic, partition, error) => {
      const before = waiting.get(partitionName(topic, partition));
      const attempts = (before?.attempts ?? 0) + 1;
      waiting.set(partitionName(topic, partition), {
        topic,
        partition,
        attempts,
        since: before?.since ?? Date.now(),
        error,
      });
      return attempts;
    },
    clear: (topic, partition) => {
      waiting.delete(partitionName(topic, partition));
    },
    keep: (assignment) => {
      for (const [key, { topic, partition }] of waiting) {
        if (assignment[topic]?.includes(partition) !== true) waiting.delete(key);
      }
    },
    list: () => [...waiting.values()],
  };
}
