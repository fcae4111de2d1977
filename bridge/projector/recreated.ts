import type { Kafka } from '../../contracts/model/ports';
import { COUNTED_TOPICS, partitionName } from '../../contracts/model/topics';
import type { Logger } from '../../platform/log';
import type { Pool } from '../../platform/postgres/pool';
import { noteRecreated, readWatermarks } from '../../platform/postgres/watermarks';
import { startRounds, type Rounds } from '../rounds';

export interface RecreatedDeps {
  pool: Pool;
  kafka: Pick<Kafka, 'lag'>;
  groupId: string;
  log: Logger;
}

const EVERY_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Looks for partitions that end below what we have had of them: their topic was deleted and made anew, or its log was
 * lost. Kafka forgets the group's offsets with the topic, and an offset beyond the end begins at the start, so all that is
 * in it is read; what was counted before is known by its identity. It is told, for somebody lost records.
 */
export function watchRecreated(deps: RecreatedDeps): Rounds & { found(): string[] } {
  let found: string[] = [];
  const look = async (): Promise<void> => {
    try {
      found = await lookOnce(deps);
    } catch (error) {
      deps.log.debug({ err: error }, 'watermarks could not be compared with the topics; the next look tries again');
    }
  };
  return { ...startRounds(look, EVERY_MS), found: () => found };
}

async function lookOnce({ pool, kafka, groupId, log }: RecreatedDeps): Promise<string[]> {
  // Before the ends of the topics: what is read meanwhile moves both, and must not look like a shorter log.
  const marks = await readWatermarks(pool);
  const recent = marks.filter(({ recreatedAt }) => recreatedAt !== null && Date.now() - recreatedAt.getTime() < DAY_MS);
  const named = new Set(recent.map(({ topic, partition }) => partitionName(topic, partition)));
  for (const topic of COUNTED_TOPICS) {
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
  return [...named].filter((place) => COUNTED_TOPICS.some((topic) => place.startsWith(`${topic}/`))).sort();
}
