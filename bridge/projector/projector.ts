import type { Kafka, KafkaConsumer } from '../../contracts/model/ports';
import { COUNTED_TOPICS, isCountedPartition, partitionName } from '../../contracts/model/topics';
import type { Config } from '../../contracts/schema/config';
import type { Notify } from '../../operations/engagement/count-events';
import type { Logger } from '../../platform/log';
import { createRegistry, type Registry } from '../../platform/metrics';
import type { Pool } from '../../platform/postgres/pool';
import { readRankings } from '../../platform/postgres/rankings';
import type { Redis } from '../../platform/redis/client';
import { checkConsumedTopics } from '../inbound/check-topics';
import { lookedUp, registerStanding } from '../inbound/metrics';
import { watchPauses, type Pauses } from '../inbound/pauses';
import { acceptedSources } from '../inbound/sources';
import { startSeenKeeper } from './keeper';
import { recreatedGauge, watchRecreated } from '../recreated';
import { createProjectorMetrics } from './metrics';
import { createTake } from './take';
import { startRankingWriter } from './writer';

export interface ProjectorDeps {
  config: Pick<Config, 'kafka' | 'bridge' | 'projector'>;
  pool: Pool;
  kafka: Kafka;
  /** Null: nothing is ranked. */
  redis: Redis | null;
  notify: Notify;
  log: Logger;
  /** Where the counters go; default: a registry nobody reads. */
  metrics?: Registry;
}

export interface Projector {
  /** Consumes nothing new, finishes what is under way, leaves the group. May be called twice. */
  stop(): Promise<void>;
  /** The group gave us our partitions, its session is alive, and nothing waits for a person. Redis has no say. */
  ready(): boolean;
  /** False when the consumer gave no sign of life for long: restart the process. */
  live(): boolean;
  assignment(): Record<string, number[]>;
  /** What stands still, and what somebody should know; empty: nothing. */
  held(): string[];
}

/** Twice the time after which the consumer mends itself. */
const DEAD_AFTER_MS = 90_000;
/** What one read usually brings of a partition, and of many partitions: they wait at the same time and share a transaction. */
const RECORDS_AT_ONCE = 5_000;
const PARTITIONS_AT_ONCE = 24;
/** One reads, one judges, one waits for Postgres: with one member the process was idle for a third of its time. */
const MEMBERS = 3;

/** Kafka → counts in Postgres → rankings in Redis. Several processes side by side share the work. Throws as startBridge does. */
export async function startProjector(deps: ProjectorDeps): Promise<Projector> {
  const { config, pool, kafka, redis, log } = deps;
  const { groupId, creatorMilestones } = config.projector;
  await checkConsumedTopics(kafka, config.kafka.minInsyncReplicas, log, COUNTED_TOPICS);
  const registry = deps.metrics ?? createRegistry();
  const metrics = createProjectorMetrics(registry);
  const pauses = await watchPauses(pool, log, isCountedPartition);
  const keeper = await startSeenKeeper(pool, log);
  const recreated = watchRecreated({ pool, kafka, groupId, topics: COUNTED_TOPICS, log });
  const writer = redis && startRankingWriter({ pool, redis, log, onRebuilt: () => metrics.onRebuilt() });
  if (!redis) log.warn('REELWAY_REDIS_URL is not set: events are counted, and nothing is ranked');
  const consumer = await kafka.consume({
    groupId,
    topics: [...COUNTED_TOPICS],
    recordsAtOnce: RECORDS_AT_ONCE,
    partitionsAtOnce: PARTITIONS_AT_ONCE,
    members: MEMBERS,
    onBatch: createTake({
      ...{ pool, log, pauses, breaker: config.bridge.breaker, milestones: creatorMilestones, notify: deps.notify },
      accepts: acceptedSources(config.bridge.acceptedSources),
      onCounted: (judged, outcomes, ms) => {
        metrics.onCounted(judged, outcomes, ms);
      },
    }),
  });
  registry.registerMetric(recreatedGauge('projector', () => recreated.found()));
  registerUnwritten(registry, pool, log);
  registerStanding(registry, COUNTED_TOPICS, standingOf(deps, consumer, pauses), log, 'reelway_projector');
  const isAlive = (): boolean => Date.now() - consumer.lastHeartbeatAt() < DEAD_AFTER_MS;
  let stopped: Promise<void> | null = null;
  return {
    ready: () =>
      stopped === null && Object.keys(consumer.assignment()).length > 0 && isAlive() && pauses.waiting().length === 0,
    live: isAlive,
    assignment: () => consumer.assignment(),
    held: () => [
      ...heldBy(consumer, pauses),
      ...recreated.held(),
      ...[writer?.trouble() ?? null].filter((trouble) => trouble !== null),
    ],
    stop: () =>
      (stopped ??= stopAll(
        [consumer.close(), keeper.stop(), recreated.stop(), writer?.stop() ?? Promise.resolve()],
        pauses,
      )),
  };
}

async function stopAll(ends: Promise<void>[], pauses: Pauses): Promise<void> {
  const ended = await Promise.allSettled(ends);
  await pauses.stop();
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

const heldBy = (consumer: KafkaConsumer, pauses: Pauses): string[] => [
  ...pauses.waiting().map(({ scope, code, reason }) => `${code} ${scope}: ${reason}`),
  ...consumer
    .waiting()
    .filter(({ error }) => error.code !== 'BREAKER_OPEN')
    .map(({ topic, partition, error }) => `${error.code} ${partitionName(topic, partition)}: ${error.message}`),
];

const standingOf = ({ kafka, config }: ProjectorDeps, consumer: KafkaConsumer, pauses: Pauses) => ({
  heartbeatAt: () => consumer.lastHeartbeatAt(),
  joins: () => consumer.joins(),
  waiting: () => consumer.waiting(),
  paused: () => pauses.waiting().map(({ scope }) => scope),
  lag: (topic: string) => kafka.lag(config.projector.groupId, topic),
});

const registerUnwritten = (registry: Registry, pool: Pool, log: Logger): void => {
  registry.registerMetric(
    lookedUp(
      { name: 'reelway_projector_unwritten', help: 'Contents whose newest score Redis does not have.', labelNames: [] },
      async () => [{ labels: {}, value: (await readRankings(pool)).unwritten }],
      log,
    ),
  );
};
