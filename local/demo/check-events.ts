import { isTopic, type Topic } from '../../contracts/model/topics';
import { parseMessage } from '../../contracts/schema/parse-message';
import type { ReadEvent } from './events';

/** What Postgres says was sent. */
export interface SentEvent {
  readonly topic: string;
  readonly eventId: string;
  readonly sequence: number | null;
}

/** What other services wait for; a published video has each of these once. */
const NEEDED: readonly Topic[] = ['media.transcoded', 'media.drm.packaged', 'media.published'];

/**
 * Holds what a consumer read against what was recorded as sent, both ways. Returns what is wrong, a sentence each. The
 * same event twice with the same bytes is right: delivery is at least once.
 */
export function checkEvents(sent: readonly SentEvent[], read: readonly ReadEvent[]): string[] {
  const firsts = new Map<string, ReadEvent>();
  const repeats: string[] = [];
  for (const event of read) {
    const first = firsts.get(event.eventId);
    if (!first) firsts.set(event.eventId, event);
    else if (!first.value.equals(event.value)) repeats.push(`${nameOf(event)} is on Kafka twice, with different bytes`);
  }
  const sentIds = new Set(sent.map((event) => event.eventId));
  return [
    ...sent.flatMap((event) => checkSent(event, firsts.get(event.eventId))),
    ...[...firsts.values()]
      .filter(({ eventId }) => !sentIds.has(eventId))
      .map((event) => `${nameOf(event)} was not sent by the run`),
    ...[...firsts.values()].flatMap(checkShape),
    ...repeats,
    ...checkSequence(sent),
    ...NEEDED.flatMap((topic) => checkOnce(topic, sent)),
  ];
}

const nameOf = ({ topic, eventId }: Pick<SentEvent, 'topic' | 'eventId'>): string => `${topic} ${eventId}`;

function checkSent(sent: SentEvent, read: ReadEvent | undefined): string[] {
  if (!read) return [`${nameOf(sent)} was not found on Kafka`];
  if (read.topic !== sent.topic) return [`${nameOf(sent)} is on ${read.topic}`];
  if (read.sequence === sent.sequence) return [];
  return [`${nameOf(sent)} says sequence ${String(read.sequence)} in its headers, not ${String(sent.sequence)}`];
}

function checkShape(event: ReadEvent): string[] {
  const parsed = isTopic(event.topic) && parseMessage(event.topic, event.value);
  return parsed && parsed.ok ? [] : [`${nameOf(event)} does not meet the schema of its topic`];
}

/** From 1 on and without a gap: a consumer can tell by it that it missed nothing. */
function checkSequence(sent: readonly SentEvent[]): string[] {
  const numbers = sent.flatMap(({ sequence }) => (sequence === null ? [] : [sequence])).sort((a, b) => a - b);
  return numbers.every((number, index) => number === index + 1) ? [] : [`the sequence is ${numbers.join(', ')}`];
}

function checkOnce(topic: Topic, sent: readonly SentEvent[]): string[] {
  const times = sent.filter((event) => event.topic === topic).length;
  return times === 1 ? [] : [`${topic} was announced ${String(times)} times instead of once`];
}
