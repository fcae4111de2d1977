import type { Consumer, Kafka as KafkaJs } from 'kafkajs';
import { ReelwayError } from '../../contracts/model/errors';
import type { ConsumeOptions, KafkaConsumer } from '../../contracts/model/ports';
import type { Logger } from '../log';
import { createBatchHandler } from './batch-handler';
import { RETRY } from './client';
import { onPassedOver } from './compression/codecs';
import { createFailures, type Failures } from './failures';
import type { TopicNames } from './names';

/** How long a group waits for a consumer that was killed; five heartbeats, and many times the longest handler. */
const SESSION_MS = 15_000;
const HEARTBEAT_MS = 3_000;
const REBALANCE_MS = 30_000;
/** How long a poll may wait for records; the leave of a consumer waits for its last poll. */
const POLL_MS = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_BYTES_PER_PARTITION = 1024 * 1024;
/** Partitions handled side by side; each holds one connection of the pool for a moment. */
const PARTITIONS_AT_ONCE = 4;
/** Longer than a join may wait for the others of a rebalance; then kafkajs hangs, for it would have crashed by now. */
const DEAD_AFTER_MS = 3 * SESSION_MS;
const WATCH_MS = 5_000;
/** A handler is short, so a stop that takes longer hangs. */
const STOP_MS = 10_000;
const FIRST_RESTART_MS = 250;
const LONGEST_RESTART_MS = 10_000;

/** What a consumer is made of: where, for whom, and how its failures are told. */
export interface ConsumerSetting {
  client: KafkaJs;
  names: TopicNames;
  options: ConsumeOptions;
  fail: (error: unknown) => Error;
  log: Logger;
}

interface State {
  heartbeatAt: number;
  joins: number;
  assignment: Record<string, number[]>;
  failures: Failures;
  /** The next offset of each partition, by name; forgotten with each rebalance, for others may have read on. */
  expected: Map<string, bigint>;
  closing: AbortSignal;
}

/**
 * A consumer that is made anew whenever kafkajs gives it up, or hangs, until it is closed. It begins at once and
 * keeps trying while the broker is away or a topic is not there yet; `assignment()` is empty meanwhile.
 */
export function startConsumer(setting: ConsumerSetting): KafkaConsumer {
  const closing = new AbortController();
  const state: State = {
    ...{ heartbeatAt: 0, joins: 0, assignment: {} },
    ...{ failures: createFailures(), expected: new Map<string, bigint>(), closing: closing.signal },
  };
  const stopListening = onPassedOver(({ topic: onBroker, partition }, error) => {
    const topic = setting.names.ofContract(onBroker);
    const isOurs = setting.names.onBroker(topic) === onBroker && state.assignment[topic]?.includes(partition);
    if (isOurs === true) state.failures.add(topic, partition, error);
  });
  const supervised = supervise(setting, state).finally(stopListening);
  return {
    lastHeartbeatAt: () => state.heartbeatAt,
    joins: () => state.joins,
    assignment: () => state.assignment,
    waiting: () => state.failures.list(),
    close: async () => {
      closing.abort();
      await supervised;
    },
  };
}

async function supervise(setting: ConsumerSetting, state: State): Promise<void> {
  const { client, options, fail, log } = setting;
  let quickEnds = 0;
  for (;;) {
    const startedAt = Date.now();
    const consumer = createConsumer(client, options.groupId);
    const end = await runUntilItEnds(consumer, setting, state);
    state.assignment = {};
    await stop(consumer, log);
    if (state.closing.aborted) return;
    quickEnds = Date.now() - startedAt > DEAD_AFTER_MS ? 0 : quickEnds + 1;
    const delayMs = Math.min(FIRST_RESTART_MS * 2 ** quickEnds, LONGEST_RESTART_MS);
    log.warn({ err: fail(end), group: options.groupId, delayMs }, 'the Kafka consumer ended; it is started again');
    await delay(delayMs, state.closing);
  }
}

function createConsumer(client: KafkaJs, groupId: string): Consumer {
  return client.consumer({
    groupId,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: POLL_MS,
    maxBytes: MAX_BYTES,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    allowAutoTopicCreation: false,
    // Restarting is ours alone: kafkajs does it for some errors and not for others.
    retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
  });
}

/** Resolves with why it ended; the abort event when it was closed. */
async function runUntilItEnds(consumer: Consumer, setting: ConsumerSetting, state: State): Promise<unknown> {
  let watch: NodeJS.Timeout | undefined;
  const settled = new AbortController();
  try {
    return await new Promise<unknown>((ended, failed) => {
      state.closing.addEventListener('abort', ended, { signal: settled.signal });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        ended(payload.error);
      });
      followSession(consumer, setting, state);
      watch = setInterval(() => {
        const isHanging = Date.now() - state.heartbeatAt > DEAD_AFTER_MS;
        if (isHanging) ended(new ReelwayError('SERVICE_UNREACHABLE', 'The Kafka consumer has no heartbeat.'));
      }, WATCH_MS);
      begin(consumer, setting, state).catch(failed);
    });
  } catch (error) {
    return error;
  } finally {
    settled.abort();
    clearInterval(watch);
  }
}

function followSession(consumer: Consumer, { names, log }: ConsumerSetting, state: State): void {
  state.heartbeatAt = Date.now();
  consumer.on(consumer.events.HEARTBEAT, () => {
    state.heartbeatAt = Date.now();
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    state.heartbeatAt = Date.now();
    state.joins += 1;
    state.assignment = Object.fromEntries(
      Object.entries(payload.memberAssignment).map(([topic, partitions]) => [names.ofContract(topic), partitions]),
    );
    state.failures.keep(state.assignment);
    state.expected.clear();
    log.info({ group: payload.groupId, assignment: state.assignment }, 'joined the consumer group');
  });
}

async function begin(consumer: Consumer, { names, options, log }: ConsumerSetting, state: State): Promise<void> {
  await consumer.connect();
  const topics = options.topics.map((topic) => names.onBroker(topic));
  await consumer.subscribe({ topics, fromBeginning: options.fromBeginning ?? true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.partitionsAtOnce ?? PARTITIONS_AT_ONCE,
    eachBatch: createBatchHandler(options, names, state.failures, log, state.expected),
  });
}

async function stop(consumer: Consumer, log: Logger): Promise<void> {
  const stopped = consumer.disconnect().catch((error: unknown) => {
    log.debug({ err: error }, 'the Kafka consumer could not leave');
  });
  const waited = new AbortController();
  await Promise.race([stopped, delay(STOP_MS, waited.signal)]);
  waited.abort();
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
