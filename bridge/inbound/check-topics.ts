import { ReelwayError } from '../../contracts/model/errors';
import type { Kafka } from '../../contracts/model/ports';
import { BRIDGE_TOPICS, type ConsumedTopic } from '../../contracts/model/topics';
import { driftText, readable, topicDrift, type FoundTopic } from '../../operations/topics';
import type { Logger } from '../../platform/log';
import { keepIdentityMs } from './routes';

/**
 * What a consumer needs of its topics before it reads the first record. Throws TOPIC_MISSING, and RETENTION_TOO_LONG
 * where a record could come again after its identity is forgotten; any other difference from the table is a warning.
 */
export async function checkConsumedTopics(
  kafka: Pick<Kafka, 'describeTopics'>,
  minInsyncReplicas: number,
  log: Logger,
  topics: readonly ConsumedTopic[] = BRIDGE_TOPICS,
): Promise<void> {
  const there = await kafka.describeTopics([...topics]);
  const missing = topics.filter((topic) => !there[topic]);
  if (missing.length > 0) throw new ReelwayError('TOPIC_MISSING', `Kafka has no topic ${missing.join(', ')}.`);
  for (const topic of topics) {
    const found = there[topic];
    if (!found) continue;
    const drift = topicDrift(topic, found, minInsyncReplicas);
    if (drift.length > 0) log.warn({ code: 'TOPIC_DRIFT', topic, drift }, drift.map(driftText).join('; '));
  }
  const outliving = topics.filter((topic) => outlives(topic, there[topic] ?? null));
  if (outliving.length === 0) return;
  const said = outliving.map((topic) => {
    const kept = readable('retention.ms', String(keepIdentityMs(topic)));
    return `${topic} has retention.ms ${readable('retention.ms', retentionOf(there[topic] ?? null))}, identities ${kept}`;
  });
  throw new ReelwayError('RETENTION_TOO_LONG', `${said.join('; ')}.`);
}

const retentionOf = (found: FoundTopic | null): string => found?.config['retention.ms'] ?? '-1';

/** A topic that is only compacted, or without a limit, keeps its records for ever. */
function outlives(topic: ConsumedTopic, found: FoundTopic | null): boolean {
  const retention = Number(retentionOf(found));
  const deletes = found?.config['cleanup.policy']?.includes('delete') ?? true;
  return !deletes || retention < 0 || retention >= keepIdentityMs(topic);
}
