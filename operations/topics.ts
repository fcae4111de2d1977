import { TOPIC_CLEANUP_POLICY, TOPIC_MAX_MESSAGE_BYTES, TOPICS, topicRow, type Topic } from '../contracts/model/topics';
import type { OperationsDeps } from './deps';
import { REACH_MS, within } from './within';

type Deps = Pick<OperationsDeps, 'kafka' | 'config'>;

/** One setting that is not as it should be, as the broker writes it. `is` null: the broker does not say. */
export interface TopicDrift {
  setting: 'partitions' | 'retention.ms' | 'cleanup.policy' | 'min.insync.replicas' | 'max.message.bytes';
  is: string | null;
  should: string;
}

/** What the broker says of a topic. */
export interface FoundTopic {
  partitions: number;
  config: Record<string, string>;
}

/** problem null: the topic is as the table says. */
export interface TopicCheck {
  topic: Topic;
  state: 'ok' | 'missing' | 'drift';
  partitions: number | null;
  drift: TopicDrift[];
  problem: string | null;
}

/** Those that are used here: an extension only where it is switched on. */
const namesFor = ({ kafka }: Deps['config']): Topic[] =>
  (Object.keys(TOPICS) as Topic[]).filter((topic) => !topicRow(topic).extension || kafka.tellsUnpublished);

/** Compares every topic of the table with the broker. Throws SERVICE_UNREACHABLE. */
export async function checkTopics(deps: Deps): Promise<TopicCheck[]> {
  const { brokers, minInsyncReplicas } = deps.config.kafka;
  const names = namesFor(deps.config);
  const there = await within(REACH_MS, `Kafka at ${brokers.join(',')}`, deps.kafka().describeTopics(names));
  return names.map((topic) => {
    const found = there[topic] ?? null;
    if (!found) return { topic, state: 'missing', partitions: null, drift: [], problem: 'is not there' };
    const drift = topicDrift(topic, found, minInsyncReplicas);
    const state = drift.length === 0 ? 'ok' : 'drift';
    return { topic, state, partitions: found.partitions, drift, problem: drift.map(driftText).join('; ') || null };
  });
}

/** Every setting of a topic that differs from the table. */
export function topicDrift(topic: Topic, found: FoundTopic, minInsyncReplicas: number): TopicDrift[] {
  const wanted = { partitions: String(topicRow(topic).partitions), ...configOf(topic, minInsyncReplicas) };
  return Object.entries(wanted).flatMap(([name, should]) => {
    const setting = name as TopicDrift['setting'];
    const is = setting === 'partitions' ? String(found.partitions) : (found.config[setting] ?? null);
    return fits(setting, is, should) ? [] : [{ setting, is, should }];
  });
}

/** More replicas in step than asked for are no drift. */
const fits = (setting: TopicDrift['setting'], is: string | null, should: string): boolean =>
  setting === 'min.insync.replicas' && is !== null ? Number(is) >= Number(should) : is === should;

/** For people: what is and what should be. */
export const driftText = ({ setting, is, should }: TopicDrift): string =>
  `${setting} is ${readable(setting, is)}, should be ${readable(setting, should)}`;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A retention with its days beside it. */
export function readable(setting: TopicDrift['setting'], value: string | null): string {
  if (value === null) return 'unknown';
  if (setting !== 'retention.ms') return value;
  return Number(value) < 0
    ? `${value} (for ever)`
    : `${value} (${String(Number((Number(value) / DAY_MS).toFixed(2)))} d)`;
}

/** Creates what is missing and leaves what is there as it is; gives the names created. */
export async function createTopics(deps: Deps): Promise<Topic[]> {
  const missing = (await checkTopics(deps)).filter((check) => check.state === 'missing').map((check) => check.topic);
  const { minInsyncReplicas } = deps.config.kafka;
  const wanted = missing.map((topic) => ({
    name: topic,
    partitions: topicRow(topic).partitions,
    config: configOf(topic, minInsyncReplicas),
  }));
  if (wanted.length > 0) await deps.kafka().createTopics(wanted);
  return missing;
}

const configOf = (
  topic: Topic,
  minInsyncReplicas: number,
): Record<Exclude<TopicDrift['setting'], 'partitions'>, string> => ({
  'retention.ms': String(topicRow(topic).retentionMs),
  'cleanup.policy': TOPIC_CLEANUP_POLICY,
  'min.insync.replicas': String(minInsyncReplicas),
  'max.message.bytes': String(TOPIC_MAX_MESSAGE_BYTES),
});
