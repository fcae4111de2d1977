import type { Kafka } from '../../contracts/model/ports';
import type { Config } from '../../contracts/schema/config';
import type { Logger } from '../../platform/log';
import { createRegistry, type Registry } from '../../platform/metrics';
import type { Pool } from '../../platform/postgres/pool';
import type { Temporal } from '../../platform/temporal/client';
import { checkConsumedTopics } from './check-topics';
import { createRuns } from './deliver';
import { startDispatcher } from './dispatcher';
import { createIntake } from './intake';
import { startKeeper } from './keeper';
import { registerAttention } from './attention-metrics';
import { recreatedGauge, watchRecreated } from '../recreated';
import { createBridgeMetrics, registerStanding } from './metrics';
import { watchPauses } from './pauses';
import { createStartGuard } from './start-guard';
import {
  ASSET_TOPIC,
  BRIDGE_TOPICS,
  isCountedPartition,
  LIFECYCLE_TOPICS,
  partitionName,
} from '../../contracts/model/topics';
import { acceptedSources } from './sources';
import { startSweeper } from './sweeper';
import { startFinisher } from './finisher';
import { startFanOuts } from '../outbound/fan-outs';
import { startFlusher } from '../outbound/flusher';
import { startNoticeSender } from '../outbound/notices';

export interface BridgeDeps {
  config: Pick<Config, 'kafka' | 'bridge' | 'policy' | 'lateFlag' | 'notifications'>;
  pool: Pool;
  kafka: Kafka;
  temporal: Temporal['client'];
  log: Logger;
  /** Where the counters go; default: a registry nobody reads. */
  metrics?: Registry;
}

export interface Bridge {
  /** Consumes nothing new, finishes what is under way, leaves the group. May be called twice. */
  stop(): Promise<void>;
  /** The group gave us our partitions, its session is alive, and nothing waits for a person. */
  ready(): boolean;
  /** False when the consumer gave no sign of life for long: restart the process. */
  live(): boolean;
  assignment(): Record<string, number[]>;
  /** Why a part of it stands still: paused until a person resumes it, or records that cannot be taken; empty: nothing does. */
  held(): string[];
}

/** Twice the time after which the consumer mends itself. */
const DEAD_AFTER_MS = 90_000;

/** Kafka → inbox → Temporal. Several processes side by side share the work. Throws TOPIC_MISSING, RETENTION_TOO_LONG, SERVICE_UNREACHABLE. */
export async function startBridge(deps: BridgeDeps): Promise<Bridge> {
  const { config, pool, kafka, log } = deps;
  await checkConsumedTopics(kafka, config.kafka.minInsyncReplicas, log);
  const registry = deps.metrics ?? createRegistry();
  const metrics = createBridgeMetrics(registry, pool, log);
  const pauses = await watchPauses(pool, log, (scope) => !isCountedPartition(scope));
  const guard = createStartGuard({
    pauses,
    log,
    perMinute: config.bridge.startGuardPerMinute,
    onTrip: (uploads) => {
      metrics.onGuardTrip(uploads);
    },
  });
  const runs = createRuns(deps.temporal, config.bridge.callsPerSecond);
  const dispatcher = startDispatcher({
    pool,
    runs,
    guard,
    policy: config.policy,
    log,
    concurrency: config.bridge.dispatchConcurrency,
    onRouted: (settlement, ms) => {
      metrics.onRouted(settlement, ms);
    },
  });
  const sweeper = startSweeper({
    pool,
    kafka,
    groupId: config.kafka.groupId,
    parkedFactMs: config.bridge.parkedFactMs,
    log,
    onBuried: (count) => {
      metrics.onBuried(count);
    },
  });
  const recreated = watchRecreated({ pool, kafka, groupId: config.kafka.groupId, topics: BRIDGE_TOPICS, log });
  const keeper = startKeeper(pool, log);
  const finisher = startFinisher({ pool, client: deps.temporal, log });
  const flusher = await startFlusher({
    ...{ pool, kafka, log },
    isOpen: (contentId) => runs.isOpen(contentId),
    onFlushed: (milestones) => {
      metrics.onFlushed(milestones);
    },
  });
  const noticeSender = await startNoticeSender({ pool, kafka, log });
  const fanOuts = startFanOuts({ pool, client: deps.temporal, log });
  const intake = createIntake({
    pool,
    log,
    lateFlag: config.lateFlag,
    channels: config.notifications.channels,
    breaker: config.bridge.breaker,
    pauses,
    guard,
    accepts: acceptedSources(config.bridge.acceptedSources),
    onTaken: (topic, counts, dead) => {
      metrics.onTaken(topic, counts, dead);
      if (counts.new > 0 && bringsFacts(topic)) dispatcher.wake();
      for (const { code, reason, record } of dead) {
        log.warn({ code, reason, topic, partition: record.partition, offset: record.offset }, 'dead letter');
      }
    },
  });
  const rounds = [sweeper, recreated, keeper, finisher, flusher, noticeSender, fanOuts];
  const consumer = await kafka.consume({
    groupId: config.kafka.groupId,
    topics: [...BRIDGE_TOPICS],
    onBatch: intake,
  });
  registerAttention(registry, pool, log);
  registry.registerMetric(recreatedGauge('bridge', () => recreated.found()));
  registerStanding(
    registry,
    BRIDGE_TOPICS,
    {
      heartbeatAt: () => consumer.lastHeartbeatAt(),
      joins: () => consumer.joins(),
      waiting: () => consumer.waiting(),
      paused: () => pauses.waiting().map(({ scope }) => scope),
      lag: (topic) => kafka.lag(config.kafka.groupId, topic),
    },
    log,
  );
  const isAlive = (): boolean => Date.now() - consumer.lastHeartbeatAt() < DEAD_AFTER_MS;
  let stopped: Promise<void> | null = null;
  return {
    ready: () =>
      stopped === null && Object.keys(consumer.assignment()).length > 0 && isAlive() && pauses.waiting().length === 0,
    live: isAlive,
    assignment: () => consumer.assignment(),
    held: () => [
      ...pauses.waiting().map(({ scope, code, reason }) => `${code} ${scope}: ${reason}`),
      ...consumer
        .waiting()
        .filter(({ error }) => error.code !== 'BREAKER_OPEN')
        .map(({ topic, partition, error }) => `${error.code} ${partitionName(topic, partition)}: ${error.message}`),
      ...recreated.held(),
    ],
    stop: () =>
      (stopped ??= stopAll([
        // Side by side: each may wait for Kafka for 10 s where it has just come back, and a process has 28 s in all.
        () => allOf(consumer.close(), ...rounds.map((one) => one.stop())),
        () => dispatcher.stop(),
        () => pauses.stop(),
      ])),
  };
}

const bringsFacts = (topic: string): boolean =>
  topic === ASSET_TOPIC || (LIFECYCLE_TOPICS as readonly string[]).includes(topic);

/** Resolves when all have ended; throws what one of them threw. */
async function allOf(...ends: Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason;
}

/** In order, each whatever became of the one before. */
async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const stop of stops) await stop().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
