import { Counter, Histogram, type Registry } from '../../platform/metrics';
import type { CountOutcome } from './count';
import type { JudgedCount } from './judge';

export interface ProjectorMetrics {
  /** After a commit: the records, and what became of each. */
  onCounted(judged: readonly JudgedCount[], outcomes: readonly CountOutcome[], ms: number): void;
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
    onCounted: (judged, outcomes, ms) => {
      const sums = new Map<string, Record<CountOutcome['is'], number>>();
      for (const [index, { record }] of judged.entries()) {
        const outcome = outcomes[index];
        if (!outcome) continue;
        const sum = sums.get(record.topic) ?? { counted: 0, duplicate: 0, dead: 0 };
        sum[outcome.is] += 1;
        sums.set(record.topic, sum);
        if (outcome.is === 'dead') dead.inc({ code: outcome.code });
      }
      for (const [topic, sum] of sums) {
        for (const [result, count] of Object.entries(sum)) if (count > 0) events.inc({ topic, result }, count);
      }
      seconds.observe(ms / 1_000);
    },
    onRebuilt: () => {
      rebuilt.inc();
    },
  };
}
