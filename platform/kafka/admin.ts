import { ConfigResourceTypes, type Admin, type ITopicConfig, type Kafka as KafkaJs } from 'kafkajs';
import { ReelwayError } from '../../contracts/model/errors';
import type { Kafka } from '../../contracts/model/ports';
import { RETRY, typesOf } from './client';
import type { TopicNames } from './names';

/** The broker's own default.replication.factor. */
const BROKER_DEFAULT = -1;
const CREATED_WITHIN_MS = 30_000;
const SETTLED_WITHIN_MS = 10_000;
const POLL_MS = 50;
const SETTLING = [
  ...['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'],
  ...['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP'],
];

export type KafkaAdmin = Pick<Kafka, 'describeTopics' | 'createTopics' | 'lag' | 'close'>;

/** Topics and offsets. Connects with the first question; never creates a topic that nobody asked for. */
export function createAdmin(client: KafkaJs, names: TopicNames, fail: (error: unknown) => Error): KafkaAdmin {
  const admin = client.admin({ retry: RETRY });
  let connected: Promise<void> | null = null;

  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    try {
      connected ??= admin.connect();
      await connected;
      return await onceSettled(() => question(admin));
    } catch (error) {
      // A connection that failed once is opened anew by the next question.
      connected = null;
      throw fail(error);
    }
  };

  return {
    describeTopics: (wanted) => ask((connection) => describeTopics(connection, names, wanted)),
    createTopics: (wanted) => ask((connection) => createTopics(connection, names, wanted)),
    lag: (groupId, topic) =>
      ask((connection) => lagOf(connection, groupId, names.onBroker(topic))).catch((error: unknown) => {
        throw isMissing(error)
          ? new ReelwayError('TOPIC_MISSING', `Kafka has no topic ${topic}.`, { cause: error })
          : error;
      }),
    close: async () => {
      if (connected) await admin.disconnect();
    },
  };
}

const isMissing = (error: unknown): boolean => error instanceof ReelwayError && error.code === 'TOPIC_MISSING';

/** Asks again while a partition or a group has no leader yet, because it is new or moves: kafkajs gives up early or at once. */
async function onceSettled<T>(question: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    try {
      return await question();
    } catch (error) {
      const types = typesOf(error);
      if (!SETTLING.some((type) => types.has(type)) || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

const describeTopics = async (
  admin: Admin,
  names: TopicNames,
  wanted: string[],
): ReturnType<Kafka['describeTopics']> => {
  const known = new Set(await admin.listTopics());
  const there = wanted.map(names.onBroker).filter((topic) => known.has(topic));
  const described: Awaited<ReturnType<Kafka['describeTopics']>> = Object.fromEntries(
    wanted.map((name) => [name, null]),
  );
  // Both calls mean "all topics" where they are given none.
  if (there.length === 0) return described;

  const { topics } = await admin.fetchTopicMetadata({ topics: there });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: there.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  for (const { name, partitions } of topics) {
    const entries = resources.find((resource) => resource.resourceName === name)?.configEntries ?? [];
    const config = Object.fromEntries(entries.map((entry) => [entry.configName, entry.configValue]));
    described[names.ofContract(name)] = { partitions: partitions.length, config };
  }
  return described;
};

async function createTopics(
  admin: Admin,
  names: TopicNames,
  wanted: Parameters<Kafka['createTopics']>[0],
): Promise<void> {
  const giveUpAt = Date.now() + CREATED_WITHIN_MS;
  const missing = await missingOf(admin, names, wanted);
  if (missing.length === 0) return;
  // That somebody else created one of them meanwhile is no error to kafkajs, and the others are created all the same.
  await admin.createTopics({ waitForLeaders: false, topics: missing.map((topic) => asRequest(topic, names)) });
  const created = missing.map(({ name }) => names.onBroker(name));
  while (!(await areUsable(admin, created))) {
    if (Date.now() > giveUpAt) throw new ReelwayError('TOPIC_MISSING', `Not created in time: ${created.join(', ')}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * A broker learns a moment after the controller; kafkajs's own wait ends with an error there. A leader that is named may
 * still refuse: it is asked too, for a send that one of its partitions refuses is sent to all of them again.
 */
async function areUsable(admin: Admin, topics: string[]): Promise<boolean> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics });
    const haveLeaders = metadata.topics.every(
      ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
    );
    if (haveLeaders) await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    return haveLeaders;
  } catch (error) {
    const types = typesOf(error);
    if (types.has('UNKNOWN_TOPIC_OR_PARTITION') || SETTLING.some((type) => types.has(type))) return false;
    throw error;
  }
}

async function missingOf<T extends { name: string }>(admin: Admin, names: TopicNames, wanted: T[]): Promise<T[]> {
  const known = new Set(await admin.listTopics());
  return wanted.filter((topic) => !known.has(names.onBroker(topic.name)));
}

const asRequest = (topic: Parameters<Kafka['createTopics']>[0][number], names: TopicNames): ITopicConfig => ({
  topic: names.onBroker(topic.name),
  numPartitions: topic.partitions,
  replicationFactor: BROKER_DEFAULT,
  configEntries: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
});

const lagOf = async (admin: Admin, groupId: string, topic: string): ReturnType<Kafka['lag']> => {
  const ends = await admin.fetchTopicOffsets(topic);
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, offset]));
  return ends
    .map(({ partition, high }) => ({ partition, high, committed: known(committed.get(partition)) }))
    .sort((a, b) => a.partition - b.partition);
};

/** kafkajs says "-1" for a partition without a committed offset. */
const known = (offset: string | undefined): string | null => (offset === undefined || offset === '-1' ? null : offset);
