import type { Kafka, KafkaConsumer, KafkaProducer } from '../../contracts/model/ports';
import type { Config } from '../../contracts/schema/config';
import type { Logger } from '../log';
import { createAdmin } from './admin';
import { createClient, kafkaError } from './client';
import { startConsumer } from './consumer';
import { joinMembers } from './members';
import { topicNames } from './names';
import { createProducer } from './producer';
import type { KafkaSecurity } from './security';

/**
 * The Kafka port on kafkajs, which is unmaintained: nothing outside this folder knows it. Topic names are those of the
 * contracts, the configured prefix is put before them here. Nothing is connected until it is used; failures name the
 * brokers (SERVICE_UNREACHABLE) or the topic's absence (TOPIC_MISSING).
 */
export function createKafka(
  config: Pick<Config['kafka'], 'brokers' | 'topicPrefix'> & KafkaSecurity,
  log: Logger,
): Kafka {
  const client = createClient(config.brokers, config, log);
  const names = topicNames(config.topicPrefix);
  const fail = (error: unknown): Error => kafkaError(error, config.brokers);
  const admin = createAdmin(client, names, fail);
  const open: (KafkaConsumer | KafkaProducer)[] = [];
  const opened = <T extends KafkaConsumer | KafkaProducer>(part: T): T => {
    open.push(part);
    return part;
  };

  return {
    producer: () => Promise.resolve(opened(createProducer(client, names, fail))),
    consume: ({ members = 1, ...options }) => {
      const start = (): KafkaConsumer => startConsumer({ client, names, options, fail, log });
      return Promise.resolve(opened(joinMembers(Array.from({ length: members }, start))));
    },
    describeTopics: admin.describeTopics,
    createTopics: admin.createTopics,
    lag: admin.lag,
    close: async () => {
      await Promise.all(open.map((part) => part.close()));
      await admin.close();
    },
  };
}
