import { randomUUID } from 'node:crypto';
import { isConsumed, ROUTES } from '../../bridge/inbound/routes';
import type { Kafka, KafkaRecord } from '../../contracts/model/ports';
import { topicRow, type Topic } from '../../contracts/model/topics';
import { eventually } from './eventually';

export interface SendOptions {
  eventId?: string;
  /** Default: now. */
  timestamp?: string;
  /** Default: the first that the route of the topic accepts; upload-service where it has none. */
  source?: string;
  headers?: Record<string, string>;
}

/** A record as a test looks at it. json: the parsed value. */
export interface SeenRecord {
  topic: string;
  partition: number;
  offset: string;
  key: string | null;
  headers: Record<string, string>;
  value: string;
  json: { event_id: string; timestamp: string; source_service: string; payload: Record<string, unknown> };
}

/** Who sends a topic unless a test says otherwise. */
export const usualSource = (topic: string): string =>
  (isConsumed(topic) ? ROUTES[topic].sources[0] : undefined) ?? 'upload-service';

export interface TopicTools {
  /** Sends an event in the envelope as another service would, keyed as the topic table says. Returns its event id. */
  send(topic: Topic, payload: Record<string, unknown>, options?: SendOptions): Promise<string>;
  /** Sends bytes as they are; null is a record without a value. */
  sendRaw(
    topic: Topic,
    key: string | null,
    value: string | Buffer | null,
    headers?: Record<string, string>,
  ): Promise<void>;
  /** Everything that is in the topic now, read from the start by a new consumer group. */
  read(topic: Topic): Promise<SeenRecord[]>;
  /** Reads on from the start until `enough` says so; fails after `withinMs` (default 60 s). */
  readUntil(topic: Topic, enough: (records: SeenRecord[]) => boolean, withinMs?: number): Promise<SeenRecord[]>;
}

export function createTopicTools(kafka: Kafka): TopicTools {
  const sendRaw: TopicTools['sendRaw'] = async (topic, key, value, headers = {}) => {
    const producer = await kafka.producer();
    await producer.send([{ topic, key, value: bytesOf(value), headers }]);
    await producer.close();
  };
  const readUntil: TopicTools['readUntil'] = (topic, enough, withinMs) => collect(kafka, topic, enough, withinMs);
  return {
    sendRaw,
    readUntil,
    send: async (topic, payload, options = {}) => {
      const eventId = options.eventId ?? randomUUID();
      const keyField = topicRow(topic).key;
      const envelope = {
        event_id: eventId,
        timestamp: options.timestamp ?? new Date().toISOString(),
        source_service: options.source ?? usualSource(topic),
        payload,
      };
      const key = keyField === null ? null : String(payload[keyField]);
      await sendRaw(topic, key, JSON.stringify(envelope), options.headers);
      return eventId;
    },
    read: async (topic) => {
      const ends = await kafka.lag(`look-${randomUUID()}`, topic);
      const total = ends.reduce((sum, { high }) => sum + Number(high), 0);
      return readUntil(topic, (records) => records.length >= total);
    },
  };
}

/** Ours never send a record without a value, but others may. */
const bytesOf = (value: string | Buffer | null): Buffer =>
  value === null ? (null as unknown as Buffer) : Buffer.from(value as Buffer);

async function collect(
  kafka: Kafka,
  topic: Topic,
  enough: (records: SeenRecord[]) => boolean,
  withinMs?: number,
): Promise<SeenRecord[]> {
  const seen: SeenRecord[] = [];
  if (enough(seen)) return seen;
  const consumer = await kafka.consume({
    groupId: `look-${randomUUID()}`,
    topics: [topic],
    onBatch: (records) => {
      seen.push(...records.map(toSeen));
      return Promise.resolve();
    },
  });
  try {
    await eventually(`enough records in ${topic}`, () => enough(seen), withinMs);
    return seen;
  } finally {
    await consumer.close();
  }
}

function toSeen(record: KafkaRecord): SeenRecord {
  const value = record.value?.toString('utf8') ?? '';
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: record.key?.toString('utf8') ?? null,
    headers: record.headers,
    value,
    json: jsonOrEmpty(value) as SeenRecord['json'],
  };
}

function jsonOrEmpty(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
