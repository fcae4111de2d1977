import type { Kafka } from '../contracts/model/ports';
import { partitionName, type ConsumedTopic } from '../contracts/model/topics';
import type { Logger } from '../platform/log';
import { Gauge } from '../platform/metrics';
import type { Pool } from '../platform/postgres/pool';
import { noteRecreated, readWatermarks } from '../platform/postgres/watermarks';
import { startRounds, type Rounds } from './rounds';

export interface RecreatedDeps {
  pool: Pool;
  kafka: Pick<Kafka, 'lag'>;
  groupId: string;
  /** Those that the group reads. */
  topics: readonly ConsumedTopic[];
  log: Logger;
}

const EVERY_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** found: partitions whose topic was made anew in the last day. held: a sentence about each. */
export interface Recreated extends Rounds {
  found(): string[];
  held(): string[];
}

/**
 * Looks for partitions that end below what we have had of them: their topic was deleted and made anew, or its log was
 * lost. Kafka forgets the group's offsets with the topic, and an offset beyond the end begins at the start, so all that is
 * in it is read; what was taken before is known by its identity. Its watermark begins anew, so that what is new in it is not
 * taken for what came before. It is told, for somebody lost records.
 */
export function watchRecreated(deps: RecreatedDeps): Recreated {
  let found: string[] = [];
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    try {
      found = await lookOnce(deps, stopping.signal);
    } catch (error) {
      deps.log.debug({ err: error }, 'watermarks could not be compared with the topics; the next look tries again');
    }
  };
  const rounds = startRounds(look, EVERY_MS);
  return {
    stop: () => {
      stopping.abort();
      return rounds.stop();
    },
    found: () => found,
    held: () => found.map((place) => `${place} was made anew and is read from its start`),
  };
}

async function lookOnce(
  { pool, kafka, groupId, topics, log }: RecreatedDeps,
  stopping: AbortSignal,
): Promise<string[]> {
  // Before the ends of the topics: what is read meanwhile moves both, and must not look like a shorter log.
  const marks = await readWatermarks(pool);
  const recent = marks.filter(({ recreatedAt }) => recreatedAt !== null && Date.now() - recreatedAt.getTime() < DAY_MS);
  const named = new Set(recent.map(({ topic, partition }) => partitionName(topic, partition)));
  for (const topic of topics) {
    if (stopping.aborted) break;
    for (const { partition, high } of await kafka.lag(groupId, topic)) {
      const mark = marks.find((one) => one.topic === topic && one.partition === partition);
      if (!mark || BigInt(mark.nextOffset) <= BigInt(high)) continue;
      const place = partitionName(topic, partition);
      if (await noteRecreated(pool, topic, partition, high)) {
        log.error(
          { place, end: high, watermark: mark.nextOffset },
          'the topic was made anew; it is read from its start',
        );
      }
      named.add(place);
    }
  }
  return [...named].filter((place) => topics.some((topic) => place.startsWith(`${topic}/`))).sort();
}

/** Partitions whose topic was made anew in the last day. */
export const recreatedGauge = (of: 'bridge' | 'projector', found: () => string[]): Gauge =>
  new Gauge({
    name: `reelway_${of}_recreated`,
    help: '1 for a topic/partition that was found to end below what was read of it, for a day.',
    labelNames: ['place'],
    registers: [],
    collect() {
      this.reset();
      for (const place of found()) this.set({ place }, 1);
    },
  });
