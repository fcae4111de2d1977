import { ReelwayError } from '../../contracts/model/errors';
import type {
  ConsumeOptions,
  Kafka,
  KafkaConsumer,
  KafkaRecord,
  OutgoingRecord,
  WaitingPartition,
} from '../../contracts/model/ports';
import { toReelwayError } from '../../platform/errors';

const BACK_OFF_MS = 5;

interface FakeTopic {
  partitions: KafkaRecord[][];
  config: Record<string, string>;
}
/** A group has one member at a time; the next one waits until it left. */
interface Group {
  committed: Map<string, number>;
  left: Promise<void>;
}

/** A Kafka in memory that keeps the promises of the port; test/support/kafka-port.contract.ts holds it to them. */
export function createFakeKafka(): Kafka {
  const topics = new Map<string, FakeTopic>();
  const groups = new Map<string, Group>();
  const open: { close(): Promise<void> }[] = [];
  const opened = <T extends { close(): Promise<void> }>(part: T): Promise<T> => {
    open.push(part);
    return Promise.resolve(part);
  };
  const groupOf = (id: string): Group => {
    const group = groups.get(id) ?? { committed: new Map<string, number>(), left: Promise.resolve() };
    groups.set(id, group);
    return group;
  };

  return {
    producer: () =>
      opened({
        // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a rejection
        send: async (records) => records.map((record) => append(topics, record)),
        close: () => Promise.resolve(),
      }),
    consume: (options) => opened(startFakeConsumer(topics, groupOf(options.groupId), options)),
    describeTopics: (names) =>
      Promise.resolve(Object.fromEntries(names.map((name) => [name, described(topics.get(name))]))),
    createTopics: (wanted) => {
      for (const { name, partitions, config } of wanted) {
        if (!topics.has(name)) topics.set(name, { partitions: Array.from({ length: partitions }, () => []), config });
      }
      return Promise.resolve();
    },
    lag: (groupId, topic) => {
      const { committed } = groupOf(groupId);
      const text = (offset: number | undefined): string | null => (offset === undefined ? null : String(offset));
      return Promise.resolve(
        (topics.get(topic)?.partitions ?? []).map((records, partition) => ({
          partition,
          high: String(records.length),
          committed: text(committed.get(place(topic, partition))),
        })),
      );
    },
    close: async () => {
      await Promise.all(open.map((part) => part.close()));
    },
  };
}

const place = (topic: string, partition: number): string => `${topic}/${String(partition)}`;

const described = (topic: FakeTopic | undefined) =>
  topic ? { partitions: topic.partitions.length, config: topic.config } : null;

function append(topics: Map<string, FakeTopic>, record: OutgoingRecord): { partition: number; offset: string } {
  const topic = topics.get(record.topic);
  if (!topic) throw new ReelwayError('TOPIC_MISSING');
  const sum = Buffer.from(record.key ?? '').reduce((total, byte) => total + byte, 0);
  const partition = sum % topic.partitions.length;
  const records = topic.partitions[partition] ?? [];
  const offset = String(records.length);
  const key = record.key === null ? null : Buffer.from(record.key);
  records.push({ ...record, key, partition, offset, timestamp: String(Date.now()) });
  return { partition, offset };
}

function startFakeConsumer(topics: Map<string, FakeTopic>, group: Group, options: ConsumeOptions): KafkaConsumer {
  const state = {
    closing: false,
    assignment: {} as Record<string, number[]>,
    waiting: new Map<string, WaitingPartition>(),
  };
  const joined = group.left;
  const work = joined.then(() => runPartitions(topics, group, options, state));
  group.left = work;
  return {
    lastHeartbeatAt: () => Date.now(),
    joins: () => (Object.keys(state.assignment).length > 0 ? 1 : 0),
    assignment: () => state.assignment,
    waiting: () => [...state.waiting.values()],
    close: async () => {
      state.closing = true;
      await work;
    },
  };
}

interface FakeState {
  closing: boolean;
  assignment: Record<string, number[]>;
  waiting: Map<string, WaitingPartition>;
}

async function runPartitions(
  topics: Map<string, FakeTopic>,
  group: Group,
  options: ConsumeOptions,
  state: FakeState,
): Promise<void> {
  const following = new Map<string, Promise<void>>();
  while (!state.closing) {
    for (const topic of options.topics) {
      const partitions = topics.get(topic)?.partitions ?? [];
      if (partitions.length > 0) state.assignment[topic] = partitions.map((_, partition) => partition);
      partitions.forEach((records, partition) => {
        const at = place(topic, partition);
        if (!following.has(at)) following.set(at, follow(records, { topic, partition, at }, group, options, state));
      });
    }
    await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
  }
  state.assignment = {};
  await Promise.all(following.values());
}

async function follow(
  records: KafkaRecord[],
  { topic, partition, at }: { topic: string; partition: number; at: string },
  group: Group,
  { onBatch, fromBeginning = true }: ConsumeOptions,
  state: FakeState,
): Promise<void> {
  let next = group.committed.get(at) ?? (fromBeginning ? 0 : records.length);
  while (!state.closing) {
    const batch = records.slice(next);
    try {
      if (batch.length > 0) await onBatch(batch);
      next += batch.length;
      if (batch.length > 0) group.committed.set(at, next);
      state.waiting.delete(at);
    } catch (thrown) {
      const before = state.waiting.get(at);
      const error = toReelwayError(thrown);
      const attempts = (before?.attempts ?? 0) + 1;
      state.waiting.set(at, { topic, partition, attempts, since: before?.since ?? Date.now(), error });
    }
    await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
  }
}
