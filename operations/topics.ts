import { TOPICS, topicRow, type Topic } from '../contracts/model/topics';
import type { OperationsDeps } from './deps';
import { REACH_MS, within } from './within';

type Deps = Pick<OperationsDeps, 'kafka' | 'config'>;

/** problem null: the topic is as the table says. */
export interface TopicCheck {
  topic: Topic;
  state: 'ok' | 'missing' | 'drift';
  partitions: number | null;
  expectedPartitions: number;
  retentionMs: number | null;
  expectedRetentionMs: number;
  problem: string | null;
}

const NAMES = Object.keys(TOPICS) as Topic[];

/** Compares every topic of the table with the broker. Throws SERVICE_UNREACHABLE. */
export async function checkTopics(deps: Deps): Promise<TopicCheck[]> {
  const brokers = deps.config.kafka.brokers.join(',');
  const there = await within(REACH_MS, `Kafka at ${brokers}`, deps.kafka().describeTopics(NAMES));
  return NAMES.map((topic) => compare(topic, there[topic] ?? null));
}

function compare(topic: Topic, found: { partitions: number; config: Record<string, string> } | null): TopicCheck {
  const { partitions, retentionMs } = topicRow(topic);
  const expected = { expectedPartitions: partitions, expectedRetentionMs: retentionMs };
  if (!found) {
    return { topic, state: 'missing', partitions: null, retentionMs: null, ...expected, problem: 'is not there' };
  }
  const retention = found.config['retention.ms'];
  const seen = { partitions: found.partitions, retentionMs: retention === undefined ? null : Number(retention) };
  const problems = [
    seen.partitions === partitions ? [] : `has ${String(seen.partitions)} partitions, not ${String(partitions)}`,
    seen.retentionMs === null || seen.retentionMs === retentionMs
      ? []
      : `keeps records ${days(seen.retentionMs)}, not ${days(retentionMs)}`,
  ].flat();
  const state = problems.length === 0 ? 'ok' : 'drift';
  return { topic, state, ...seen, ...expected, problem: problems.join('; ') || null };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const days = (ms: number): string => (ms < 0 ? 'for ever' : `${String(Number((ms / DAY_MS).toFixed(2)))} d`);

/** Creates what is missing and leaves what is there as it is; gives the names created. */
export async function createTopics(deps: Deps): Promise<Topic[]> {
  const missing = (await checkTopics(deps)).filter((check) => check.state === 'missing').map((check) => check.topic);
  if (missing.length > 0) await deps.kafka().createTopics(missing.map(asRequest));
  return missing;
}

const asRequest = (topic: Topic): { name: string; partitions: number; config: Record<string, string> } => {
  const { partitions, retentionMs } = topicRow(topic);
  return { name: topic, partitions, config: { 'retention.ms': String(retentionMs), 'cleanup.policy': 'delete' } };
};
