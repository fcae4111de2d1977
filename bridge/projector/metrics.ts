import { Counter, Histogram, type Registry } from '../../platform/metrics';
import type { CountedRecord } from './count';

export interface ProjectorMetrics {
  onCounted(records: readonly CountedRecord[], ms: number): void;
  onRebuilt(): void;
}

const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20];

/** What the projector tells Prometheus of its counting. */
export function createProjectorMetrics(registry: Registry): ProjectorMetrics {
  const registers = [registry];
  const events = new Counter({
    name: 'reelway_projector_events_total',
    help: 'Records of counted topics: counted, duplicate (the same event again), dead.',
    labelNames: ['topic', 'result'],
    registers,
  });
  const dead = new Counter({
    name: 'reelway_projector_dead_letters_total',
    help: 'Records that were not counted, by code; TOO_OLD_TO_COUNT are older than the window.',
    labelNames: ['code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'reelway_projector_batch_seconds',
    help: 'A transaction that counts records of several partitions, from begin to commit.',
    buckets: BATCH_SECONDS,
    registers,
  });
  const rebuilt = new Counter({
    name: 'reelway_projector_rebuilds_total',
    help: 'How often the sorted sets in Redis were made anew from Postgres.',
    registers,
  });
  return {
    onCounted: (records, ms) => {
      const sums = new Map<string, { topic: string; result: string; count: number }>();
      for (const { judged, result, code } of records) {
        const { topic } = judged.record;
        const key = `${topic} ${result}`;
        const sum = sums.get(key);
        if (sum) sum.count += 1;
        else sums.set(key, { topic, result, count: 1 });
        if (code !== null) dead.inc({ code });
      }
      for (const { topic, result, count } of sums.values()) events.inc({ topic, result }, count);
      seconds.observe(ms / 1_000);
    },
    onRebuilt: () => {
      rebuilt.inc();
    },
  };
}
