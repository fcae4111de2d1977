import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaRecord } from '../../../../contracts/model/ports';
import { LIFECYCLE_TOPICS, TOPICS } from '../../../../contracts/model/topics';
import { eventually } from '../../eventually';
import type { Facts, Offset, WireRecord } from '../types';

const ALL = Object.keys(TOPICS);
const READ_WITHIN_MS = 60_000;

/** Offsets first: whatever is committed by then is among the records that are read afterwards. */
export async function collectKafka(kafka: Kafka, groupId: string): Promise<Pick<Facts, 'wire' | 'offsets'>> {
  const offsets = await offsetsOf(kafka, groupId);
  return { offsets, wire: await readAll(kafka) };
}

async function offsetsOf(kafka: Kafka, groupId: string): Promise<Offset[]> {
  const topics = await Promise.all(
    LIFECYCLE_TOPICS.map(async (topic) =>
      (await kafka.lag(groupId, topic)).map(({ partition, high, committed }) => ({
        ...{ topic, partition, high: Number(high) },
        committed: Math.max(0, Number(committed ?? 0)),
      })),
    ),
  );
  return topics.flat();
}

async function readAll(kafka: Kafka): Promise<WireRecord[]> {
  const group = `check-${randomUUID()}`;
  const ends = await Promise.all(ALL.map((topic) => kafka.lag(group, topic)));
  const total = ends.flat().reduce((sum, { high }) => sum + Number(high), 0);
  const seen: KafkaRecord[] = [];
  if (total === 0) return [];
  const consumer = await kafka.consume({
    groupId: group,
    topics: ALL,
    onBatch: (records) => {
      seen.push(...records);
      return Promise.resolve();
    },
  });
  try {
    await eventually('every record was read', () => seen.length >= total, READ_WITHIN_MS);
  } finally {
    await consumer.close();
  }
  return seen.map(toWire).sort((a, b) => a.offset - b.offset);
}

function toWire(record: KafkaRecord): WireRecord {
  const value = record.value?.toString('utf8') ?? '';
  const envelope = objectIn(value);
  const { event_id: id, source_service: source, payload } = envelope;
  return {
    topic: record.topic,
    partition: record.partition,
    offset: Number(record.offset),
    timestamp: Number(record.timestamp),
    key: record.key?.toString('utf8') ?? null,
    headers: record.headers,
    value,
    eventId: typeof id === 'string' ? id.toLowerCase() : null,
    source: typeof source === 'string' ? source : null,
    payload,
  };
}

/** Records of strangers may be anything. */
function objectIn(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
