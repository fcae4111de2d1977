import { CompressionTypes, Partitioners, type Kafka as KafkaJs, type Message, type Producer } from 'kafkajs';
import type { KafkaProducer, OutgoingRecord } from '../../contracts/model/ports';
import { ReelwayError } from '../../contracts/model/errors';
import { createMicroBatcher } from '../micro-batcher';
import type { TopicNames } from './names';
import { RETRY } from './client';

export interface Landed {
  partition: number;
  offset: string;
}

/** All in-sync replicas have it. */
const ACKS_ALL = -1;

/**
 * One request in flight, which carries everything that was sent meanwhile; so order within a partition stays.
 * Not idempotent on purpose: when a send fails kafkajs takes its sequence numbers back, and the next batch, under the
 * same numbers, is then acknowledged as a duplicate without being written. A repeat has the same event id instead.
 */
export function createProducer(client: KafkaJs, names: TopicNames, fail: (error: unknown) => Error): KafkaProducer {
  const producer = client.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry: RETRY,
    createPartitioner: () => {
      const choose = Partitioners.DefaultPartitioner();
      return (args) => ((args.message as Sent).chosen = choose(args));
    },
  });
  const connect = connectOnce(producer);
  const send = async (records: OutgoingRecord[]): Promise<Landed[]> => {
    try {
      await connect();
      return await sendAll(producer, names, records);
    } catch (error) {
      throw fail(error);
    }
  };
  const batcher = createMicroBatcher(send, {
    bytesOf: ({ value }: { value: Uint8Array | null }) => value?.byteLength ?? 0,
  });
  return {
    send: (records) => batcher.add(records),
    close: async () => {
      await batcher.idle();
      await producer.disconnect();
    },
  };
}

/** Connects with the first send, so that a broker that is away is the sender's trouble and not the start's. */
function connectOnce(producer: Producer): () => Promise<void> {
  let connected: Promise<void> | null = null;
  return () =>
    (connected ??= producer.connect().catch((error: unknown) => {
      connected = null;
      throw error;
    }));
}

/** kafkajs tells the first offset per partition only; the partitioner is where a record's partition is seen. */
type Sent = Message & { chosen?: number };

async function sendAll(producer: Producer, names: TopicNames, records: OutgoingRecord[]): Promise<Landed[]> {
  const messages = records.map(({ key, value, headers }): Sent => ({ key, value, headers }));
  const byTopic = new Map<string, Sent[]>();
  for (const [index, { topic }] of records.entries()) {
    const ofTopic = byTopic.get(topic) ?? [];
    byTopic.set(topic, ofTopic);
    ofTopic.push(messages[index] as Sent);
  }
  const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({ topic: names.onBroker(topic), messages: ofTopic }));
  const answers = await producer.sendBatch({ acks: ACKS_ALL, compression: CompressionTypes.None, topicMessages });

  const landed = new Map<Sent, Landed>();
  for (const { topic, messages: ofTopic } of topicMessages) {
    const ofAnswers = answers.filter(({ topicName }) => topicName === topic);
    const next = new Map(ofAnswers.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? -1)]));
    for (const message of ofTopic) landed.set(message, placeOf(message, next, topic));
  }
  return messages.map((message) => landed.get(message) as Landed);
}

/** In a partition records stand in the order in which they were given. */
function placeOf({ chosen = -1 }: Sent, next: Map<number, bigint>, topic: string): Landed {
  const offset = next.get(chosen);
  if (offset === undefined) throw new ReelwayError('INTERNAL', `Kafka did not answer for ${topic}/${String(chosen)}.`);
  next.set(chosen, offset + 1n);
  return { partition: chosen, offset: String(offset) };
}
