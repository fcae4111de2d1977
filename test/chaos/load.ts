import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingRecord } from '../../contracts/model/ports';
import { topicRow, type Topic } from '../../contracts/model/topics';
import { transcoded, upload } from '../integration/bridge/events';
import { usualSource } from '../support/topics';
import type { World } from '../support/world';
import { createRandom } from './chaos';

/** One event of another service. number: 0 for the upload of its content, then 1, 2, 3 … in the order of sending. */
export interface LoadEvent {
  topic: Topic;
  contentId: string;
  eventId: string;
  number: number;
  payload: Record<string, unknown>;
}

export interface Load {
  /** How many the broker has taken. */
  sent(): number;
  /** Resolves when it has taken all. */
  done: Promise<void>;
}

/** How often a part of the load is sent, unless a test wants more at once. */
const TICK_MS = 100;

/** An upload and `facts` transcoded events per content: those of a content in order, the contents mixed by the seed. */
export function createEvents(name: string, contents: number, facts: number): LoadEvent[] {
  const random = createRandom(name);
  const left = Array.from({ length: contents }, (_, index) => eventsOf(`${name}-${String(index + 1)}`, facts));
  const mixed: LoadEvent[] = [];
  while (left.length > 0) {
    const at = random.below(left.length);
    const event = left[at]?.shift();
    if (event) mixed.push(event);
    else left.splice(at, 1);
  }
  return mixed;
}

function eventsOf(contentId: string, facts: number): LoadEvent[] {
  return Array.from({ length: facts + 1 }, (_, number): LoadEvent => {
    const topic = number === 0 ? 'media.upload.initiated' : 'media.transcoded';
    const payload = number === 0 ? upload(contentId) : transcoded(contentId, number);
    return { topic, contentId, number, payload, eventId: randomUUID() };
  });
}

/** What is sent before a fault, so that it meets work under way, and what is sent from then on. */
export const parted = (events: LoadEvent[]): [LoadEvent[], LoadEvent[]] => {
  const at = Math.ceil(events.length / 5);
  return [events.slice(0, at), events.slice(at)];
};

/** Sends all of them over so many seconds, some every `tickMs`; longer where the machine is busy. */
export async function startLoad(world: World, events: LoadEvent[], seconds: number, tickMs = TICK_MS): Promise<Load> {
  const producer = await world.kafka.producer();
  const atOnce = Math.ceil((events.length * tickMs) / (seconds * 1_000));
  let sent = 0;
  const run = async (): Promise<void> => {
    for (let from = 0; from < events.length; from += atOnce) {
      const part = events.slice(from, from + atOnce);
      await Promise.all([producer.send(part.map(toRecord)), delay(tickMs)]);
      sent += part.length;
    }
    await producer.close();
  };
  const done = run();
  done.catch(() => undefined); // a test that failed first does not look at it
  return { sent: () => sent, done };
}

const toRecord = ({ topic, payload, eventId }: LoadEvent): OutgoingRecord => ({
  topic,
  key: String(payload[topicRow(topic).key ?? '']),
  value: Buffer.from(
    JSON.stringify({
      event_id: eventId,
      timestamp: new Date().toISOString(),
      source_service: usualSource(topic),
      payload,
    }),
  ),
  headers: {},
});
