import { Counter, Gauge, Histogram, type Registry } from '../../platform/metrics';
import type { Logger } from '../../platform/log';
import { countInbox } from '../../platform/postgres/inbox';
import type { Pool } from '../../platform/postgres/pool';
import type { IntakeDeps } from './intake';
import type { Settlement } from './settle';

export interface BridgeMetrics {
  onTaken: IntakeDeps['onTaken'];
  onSettled(settlement: Settlement, ms: number): void;
  onBuried(count: number): void;
  onGuardTrip(uploads: number): void;
}

/** From a call that a worker's cache answers to the deadline. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8];

/** What the bridge tells Prometheus. The gauges are read from Postgres when somebody asks, never in between. */
export function createBridgeMetrics(registry: Registry, pool: Pool, log: Logger): BridgeMetrics {
  const registers = [registry];
  const records = new Counter({
    name: 'reelway_bridge_records_total',
    help: 'Records taken in: new, duplicate (the same event again), own (ours coming back), dead.',
    labelNames: ['topic', 'result'],
    registers,
  });
  const dead = new Counter({
    name: 'reelway_bridge_dead_letters_total',
    help: 'Records and facts that cannot be used as they are, by code.',
    labelNames: ['code'],
    registers,
  });
  const facts = new Counter({
    name: 'reelway_bridge_facts_total',
    help: 'Facts routed: delivered, late, parked; told: the run had spoken before us.',
    labelNames: ['end'],
    registers,
  });
  const held = new Counter({
    name: 'reelway_bridge_held_total',
    help: 'How often a content had to be tried again, by code.',
    labelNames: ['code'],
    registers,
  });
  const delivery = new Histogram({
    name: 'reelway_bridge_delivery_seconds',
    help: 'From a planned signal or start to its outcome in Postgres.',
    buckets: CALL_SECONDS,
    registers,
  });
  const guardTrips = new Counter({
    name: 'reelway_bridge_guard_trips_total',
    help: 'Uploads of finished content, or from below a watermark: a topic is being read again.',
    registers,
  });
  registerInbox(registry, pool, log);
  return {
    onGuardTrip: (uploads) => {
      guardTrips.inc(uploads);
    },
    onTaken: (topic, counts, letters) => {
      for (const [result, count] of Object.entries(counts)) if (count > 0) records.inc({ topic, result }, count);
      for (const { code } of letters) dead.inc({ code });
    },
    onSettled: ({ rows, code }, ms) => {
      for (const { end } of rows) facts.inc({ end });
      if (code !== null) held.inc({ code });
      if (rows.some(({ end }) => end === 'delivered')) delivery.observe(ms / 1000);
    },
    onBuried: (count) => {
      if (count > 0) dead.inc({ code: 'NO_SUCH_CONTENT' }, count);
    },
  };
}

function registerInbox(registry: Registry, pool: Pool, log: Logger): void {
  const rows = new Gauge({
    name: 'reelway_bridge_inbox_rows',
    help: 'Facts that are not delivered: open (on their way), parked (waiting for an upload).',
    labelNames: ['status'],
    registers: [],
    async collect() {
      try {
        const counts = await countInbox(pool);
        for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
      } catch (error) {
        // A page of metrics without these two is better than none while Postgres is away.
        log.debug({ err: error }, 'the inbox could not be counted');
        this.reset();
      }
    },
  });
  registry.registerMetric(rows);
}
