import { CompressionTypes, type Kafka as KafkaJs, type Message, type Producer, type RecordMetadata } from 'kafkajs';
import type { KafkaProducer, OutgoingRecord } from '../../contracts/model/ports';
import { ReelwayError } from '../../contracts/model/errors';
import { createMicroBatcher } from '../micro-batcher';
import type { TopicNames } from './names';
import { RETRY } from './client';
import { defaultPartitioner } from './partitioner';

export interface Landed {
  partition: number;
  offset: string;
}

/** No partition yet. */
const NOWHERE = -1;
/** All in-sync replicas have it. */
const ACKS_ALL = -1;

/** One request is made while the broker has the other; more of them are smaller ones, which cost more. */
const AT_ONCE = 2;

/**
 * A few requests in flight, which carry everything that was sent meanwhile; records of one key go one request after the
 * other, so their order stays.
 * Not idempotent on purpose: when a send fails kafkajs takes its sequence numbers back, and the next batch, under the
 * same numbers, is then acknowledged as a duplicate without being written. A repeat has the same event id instead.
 */
export function createProducer(client: KafkaJs, names: TopicNames, fail: (error: unknown) => Error): KafkaProducer {
  const producer = client.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry: RETRY,
    createPartitioner: () => {
      const choose = defaultPartitioner();
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
    // Those without a key count as one key.
    keyOf: ({ key }) => key ?? '',
    atOnce: AT_ONCE,
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
type Sent = Message & { topic: string; chosen: number };

async function sendAll(producer: Producer, names: TopicNames, records: OutgoingRecord[]): Promise<Landed[]> {
  const messages = records.map(({ topic, key, value, headers }): Sent => ({
    key,
    value,
    headers,
    topic,
    chosen: NOWHERE,
  }));
  const byTopic = new Map<string, Sent[]>();
  for (const message of messages) {
    const ofTopic = byTopic.get(message.topic);
    if (ofTopic) ofTopic.push(message);
    else byTopic.set(message.topic, [message]);
  }
  const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({ topic: names.onBroker(topic), messages: ofTopic }));
  const answers = await producer.sendBatch({ acks: ACKS_ALL, compression: CompressionTypes.None, topicMessages });

  const next = new Map([...byTopic.keys()].map((topic) => [topic, firstOffsets(answers, names.onBroker(topic))]));
  return messages.map((message) => placeOf(message, next.get(message.topic)));
}

const firstOffsets = (answers: RecordMetadata[], topic: string): Map<number, bigint> =>
  new Map(
    answers
      .filter(({ topicName }) => topicName === topic)
      .map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? NOWHERE)]),
  );

/** In a partition records stand in the order in which they were given. */
function placeOf({ topic, chosen }: Sent, next: Map<number, bigint> | undefined): Landed {
  const offset = next?.get(chosen);
  if (offset === undefined) throw new ReelwayError('INTERNAL', `Kafka did not answer for ${topic}/${String(chosen)}.`);
  next?.set(chosen, offset + 1n);
  return { partition: chosen, offset: String(offset) };
}
