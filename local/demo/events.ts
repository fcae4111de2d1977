import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, KafkaRecord } from '../../contracts/model/ports';
import { MILESTONE_TOPICS, topicRow, type Topic } from '../../contracts/model/topics';

/** One event as a consumer sees it. sequence: from its headers; null for a notice to a person. */
export interface ReadEvent {
  readonly topic: string;
  readonly eventId: string;
  readonly sequence: number | null;
  readonly partition: number;
  readonly offset: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

export interface ReadBackInput {
  /** One that no consumer used before: it starts at the beginning of every topic. */
  readonly groupId: string;
  readonly contentId: string;
  /** Event ids that must be there; the reading goes on until all are. */
  readonly expected: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Default 30 s: joining a group takes one to three. */
  readonly withinMs?: number;
}

/** Everything that a run says to others. */
const TOPICS_OUT: readonly Topic[] = [
  ...MILESTONE_TOPICS.filter((topic) => !topicRow(topic).extension),
  'notification.dispatch.requested',
];
const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * Reads what Kafka holds about a content as any other service would: by a group of its own, from the beginning. Ends
 * when every expected event was seen and the partitions that hold one were read to where they ended at the start of
 * the reading, or when time is up; what is lacking then is for the caller to say.
 */
export async function readBack(kafka: Kafka, input: ReadBackInput): Promise<ReadEvent[]> {
  const { groupId, signal, withinMs = WITHIN_MS } = input;
  const ends = await endsOf(kafka, groupId);
  const reading = new Reading(input, ends);
  const consumer = await kafka.consume({
    groupId,
    topics: [...TOPICS_OUT],
    onBatch: (records) => {
      for (const record of records) reading.take(record);
      return Promise.resolve();
    },
  });
  try {
    const deadline = performance.now() + withinMs;
    while (!reading.isComplete() && performance.now() < deadline) await delay(LOOK_EVERY_MS, undefined, { signal });
    return reading.events();
  } finally {
    await consumer.close();
  }
}

/** The offset after the last record, by place. */
async function endsOf(kafka: Kafka, groupId: string): Promise<Map<string, bigint>> {
  const ends = new Map<string, bigint>();
  for (const topic of TOPICS_OUT) {
    for (const { partition, high } of await kafka.lag(groupId, topic))
      ends.set(placeOf(topic, partition), BigInt(high));
  }
  return ends;
}

const placeOf = (topic: string, partition: number): string => `${topic}/${String(partition)}`;

class Reading {
  /** By place and offset: the consumer may give a record twice when it rejoins its group. */
  private readonly found = new Map<string, ReadEvent>();
  private readonly next = new Map<string, bigint>();

  constructor(
    private readonly input: Pick<ReadBackInput, 'contentId' | 'expected'>,
    private readonly ends: ReadonlyMap<string, bigint>,
  ) {}

  take(record: KafkaRecord): void {
    const place = placeOf(record.topic, record.partition);
    this.next.set(place, BigInt(record.offset) + 1n);
    const event = toEvent(record);
    if (event === undefined || !this.isOurs(event)) return;
    const { topic, partition, offset } = record;
    const { sequence: said } = record.headers;
    const { eventId, value } = event;
    const sequence = said === undefined ? null : Number(said);
    this.found.set(`${place}/${offset}`, {
      ...{ topic, eventId, sequence, partition, offset, headers: record.headers, value },
    });
  }

  isComplete(): boolean {
    const events = [...this.found.values()];
    const seen = new Set(events.map((event) => event.eventId));
    return (
      this.input.expected.every((eventId) => seen.has(eventId)) &&
      events.every(({ topic, partition }) => this.isReadToEnd(placeOf(topic, partition)))
    );
  }

  events(): ReadEvent[] {
    const last = Number.MAX_SAFE_INTEGER;
    return [...this.found.values()].sort((a, b) => (a.sequence ?? last) - (b.sequence ?? last));
  }

  private isReadToEnd(place: string): boolean {
    return (this.next.get(place) ?? 0n) >= (this.ends.get(place) ?? 0n);
  }

  /** Notices name a user, not the content; those are known by their id. */
  private isOurs({ eventId, contentId }: { eventId: string; contentId: unknown }): boolean {
    return contentId === this.input.contentId || this.input.expected.includes(eventId);
  }
}

/** Records of others on these topics may be anything. */
function toEvent({ value }: KafkaRecord): { eventId: string; contentId: unknown; value: Buffer } | undefined {
  if (value === null) return undefined;
  try {
    const { event_id: eventId, payload } = JSON.parse(value.toString('utf8')) as {
      event_id?: unknown;
      payload?: { content_id?: unknown };
    };
    return typeof eventId === 'string' ? { eventId, contentId: payload?.content_id, value } : undefined;
  } catch {
    return undefined;
  }
}
