import type { Kafka, WaitingPartition } from '../../contracts/model/ports';
import { Counter, Gauge, Histogram, type Registry } from '../../platform/metrics';
import type { Logger } from '../../platform/log';
import { inboxFigures } from '../../platform/postgres/inbox-figures';
import type { Pool } from '../../platform/postgres/pool';
import type { IntakeDeps } from './intake';
import { createLagClock } from './lag-clock';
import type { Settlement } from './settle';

export interface BridgeMetrics {
  onTaken: IntakeDeps['onTaken'];
  onRouted(settlement: Settlement, ms: number): void;
  onBuried(count: number): void;
  onGuardTrip(uploads: number): void;
  onFlushed(milestones: number): void;
}

/** From a call that a worker's cache answers to the deadline. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8];

/** From an idle bridge's own speed to a day of a server that was away. */
const EVENT_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3_600, 86_400];

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
    help: 'Facts routed: delivered, late, parked, dead; told: the run had spoken before us.',
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
    help: 'A signal or start, until Temporal has accepted it.',
    buckets: CALL_SECONDS,
    registers,
  });
  const duplicates = new Counter({
    name: 'reelway_bridge_duplicates_total',
    help: 'Records that came again: event-id (the same event), own (ours coming back), conflict (the id of another event).',
    labelNames: ['kind'],
    registers,
  });
  const eventToSignal = new Histogram({
    name: 'reelway_bridge_event_to_signal_seconds',
    help: "From a record's own time in Kafka until Temporal has accepted the signal or start that carries it.",
    buckets: EVENT_SECONDS,
    registers,
  });
  const guardTrips = new Counter({
    name: 'reelway_bridge_guard_trips_total',
    help: 'Uploads of finished content, or from below a watermark: a topic is being read again.',
    registers,
  });
  const flushed = new Counter({
    name: 'reelway_bridge_flushed_total',
    help: 'Milestones sent for runs that were gone before they had sent them.',
    registers,
  });
  registerInbox(registry, pool, log);
  return {
    onFlushed: (milestones) => {
      flushed.inc(milestones);
    },
    onGuardTrip: (uploads) => {
      guardTrips.inc(uploads);
    },
    onTaken: (topic, counts, letters) => {
      for (const [result, count] of Object.entries(counts)) if (count > 0) records.inc({ topic, result }, count);
      for (const { code } of letters) dead.inc({ code });
      duplicates.inc({ kind: 'event-id' }, counts.duplicate);
      duplicates.inc({ kind: 'own' }, counts.own);
      duplicates.inc({ kind: 'conflict' }, letters.filter(({ code }) => code === 'EVENT_ID_REUSED').length);
    },
    onRouted: ({ rows, code }, ms) => {
      for (const ended of rows) {
        facts.inc({ end: ended.end });
        if (ended.end === 'dead') dead.inc({ code: ended.why.code });
        const { recordMs } = ended.row;
        if (ended.end === 'delivered' && recordMs !== null) {
          eventToSignal.observe(Math.max(0, Date.now() - recordMs) / 1_000);
        }
      }
      if (code !== null) held.inc({ code });
      if (rows.some(({ end }) => end === 'delivered')) delivery.observe(ms / 1000);
    },
    onBuried: (count) => {
      if (count > 0) dead.inc({ code: 'NO_SUCH_CONTENT' }, count);
    },
  };
}

/** Gauges of one page share one look. */
export function shared<T>(look: () => Promise<T>): () => Promise<T> {
  let inFlight: Promise<T> | null = null;
  return () =>
    (inFlight ??= look().finally(() => {
      inFlight = null;
    }));
}

function registerInbox(registry: Registry, pool: Pool, log: Logger): void {
  const look = shared(() => inboxFigures(pool));
  registry.registerMetric(
    lookedUp(
      {
        name: 'reelway_bridge_inbox_rows',
        help: 'Not delivered: open (on their way), parked (waiting for an upload), dead (letters nobody has answered).',
        labelNames: ['status'],
      },
      async () => {
        const { open, parked, dead } = await look();
        return Object.entries({ open, parked, dead }).map(([status, value]) => ({ labels: { status }, value }));
      },
      log,
    ),
  );
  registry.registerMetric(
    lookedUp(
      { name: 'reelway_bridge_unsent_milestones', help: 'Stored and not known to be in Kafka.', labelNames: [] },
      async () => [{ labels: {}, value: (await look()).unsent }],
      log,
    ),
  );
  registry.registerMetric(
    lookedUp(
      { name: 'reelway_bridge_unsent_oldest_seconds', help: 'Age of the oldest of them.', labelNames: [] },
      async () => [{ labels: {}, value: ageOf((await look()).oldestUnsent) }],
      log,
    ),
  );
  registry.registerMetric(
    lookedUp(
      {
        name: 'reelway_bridge_inbox_oldest_seconds',
        help: 'Age of the oldest fact that is not delivered: open, parked.',
        labelNames: ['status'],
      },
      async () => {
        const { oldestOpen: open, oldestParked: parked } = await look();
        return Object.entries({ open, parked }).map(([status, at]) => ({ labels: { status }, value: ageOf(at) }));
      },
      log,
    ),
  );
}

export const ageOf = (at: Date | null): number => (at === null ? 0 : (Date.now() - at.getTime()) / 1_000);

interface Described {
  name: string;
  help: string;
  labelNames: string[];
}

/** A gauge that is read when somebody asks. A page without it is better than none while a server is away. */
export const lookedUp = (
  described: Described,
  look: () => Promise<{ labels: Record<string, string>; value: number }[]>,
  log: Logger,
): Gauge =>
  new Gauge({
    ...described,
    registers: [],
    async collect() {
      try {
        const values = await look();
        this.reset();
        for (const { labels, value } of values) this.set(labels, value);
      } catch (error) {
        log.debug({ err: error, metric: described.name }, 'a metric could not be read');
        this.reset();
      }
    },
  });

export interface Standing {
  heartbeatAt(): number;
  joins(): number;
  /** Partitions whose next records cannot be taken. */
  waiting(): WaitingPartition[];
  /** Scopes that wait for a person. */
  paused(): string[];
  lag(topic: string): ReturnType<Kafka['lag']>;
}

/** What only a running consumer knows; prefix: of the names. Lag is asked of Kafka when somebody asks us. */
export function registerStanding(
  registry: Registry,
  topics: readonly string[],
  standing: Standing,
  log: Logger,
  prefix = 'reelway_bridge',
): void {
  registry.registerMetric(
    new Gauge({
      name: `${prefix}_heartbeat_age_seconds`,
      help: 'Since the last sign of life of the consumer; above 15 its partitions go to others.',
      registers: [],
      collect() {
        this.set((Date.now() - standing.heartbeatAt()) / 1_000);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: `${prefix}_group_joins_total`,
      help: 'How often the consumer joined its group: once at its start, and once in each rebalance.',
      registers: [],
      collect() {
        this.reset();
        this.inc(standing.joins());
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: `${prefix}_paused`,
      help: '1 for what waits for reelway bridge resume: a topic/partition, or starts.',
      labelNames: ['scope'],
      registers: [],
      collect() {
        this.reset();
        for (const scope of standing.paused()) this.set({ scope }, 1);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: `${prefix}_waiting_seconds`,
      help: 'How long the next records of a partition could not be taken, by why.',
      labelNames: ['topic', 'partition', 'code'],
      registers: [],
      collect() {
        this.reset();
        for (const { topic, partition, since, error } of standing.waiting()) {
          this.set({ topic, partition: String(partition), code: error.code }, (Date.now() - since) / 1_000);
        }
      },
    }),
  );
  registerLag(registry, topics, standing, log, prefix);
}

function registerLag(
  registry: Registry,
  topics: readonly string[],
  standing: Standing,
  log: Logger,
  prefix: string,
): void {
  const clocks = topics.map((topic) => ({ topic, clock: createLagClock() }));
  const look = shared(async () => {
    const lags = clocks.map(async ({ topic, clock }) =>
      clock(await standing.lag(topic), Date.now()).map((lag) => ({ topic, ...lag })),
    );
    return (await Promise.all(lags)).flat();
  });
  const gauge = (name: string, help: string, value: 'records' | 'seconds'): Gauge =>
    lookedUp(
      { name, help, labelNames: ['topic', 'partition'] },
      async () =>
        (await look()).map((lag) => ({
          labels: { topic: lag.topic, partition: String(lag.partition) },
          value: lag[value],
        })),
      log,
    );
  registry.registerMetric(gauge(`${prefix}_lag_records`, 'Records that are not committed.', 'records'));
  registry.registerMetric(
    gauge(
      `${prefix}_lag_seconds`,
      'How long the oldest record that is not committed has been seen waiting.',
      'seconds',
    ),
  );
}
