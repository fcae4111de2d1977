import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ReelwayError } from '../../contracts/model/errors';
import type { Kafka } from '../../contracts/model/ports';
import type { Topic } from '../../contracts/model/topics';
import { parseMessage } from '../../contracts/schema/parse-message';
import type { OperationsDeps } from '../../operations/deps';

/** What viewers and a subscriber saw of the content after its publication. */
export interface ViewersReport {
  /** Its score in catalog:trending before and after viewers watched; null: it was not in it. */
  readonly trending: { readonly before: number | null; readonly after: number | null };
  /** The NEW_CONTENT notice of the one subscriber. */
  readonly notice: {
    readonly userId: string;
    readonly eventId: string;
    readonly partition: number;
    readonly offset: string;
    readonly channels: readonly string[];
  };
  readonly playback: { readonly status: number; readonly manifestUrl: string; readonly cacheControl: string };
}

export interface ViewersInput {
  readonly deps: Pick<OperationsDeps, 'kafka'>;
  /** "http://127.0.0.1:8460" */
  readonly apiUrl: string;
  readonly contentId: string;
  readonly userId: string;
  readonly signal: AbortSignal;
}

/** What viewers tell of it in one message. */
const SCORE = 12.5;
const RATING = 4.5;

/** Plays the engagement service and the viewers' gateway. Throws DEMO_FAILED where something does not come in time. */
export async function askAsViewers(input: ViewersInput): Promise<ViewersReport> {
  const { deps, contentId } = input;
  const before = await scoreOf(input);
  await say(deps.kafka(), 'engagement.metrics', null, {
    metrics: [{ contentId, score: SCORE, rating: RATING, views: 3, likes: 1 }],
    receivedAt: new Date().toISOString(),
  });
  const after = await until(input, 'it moves in the trending set', async () => {
    const score = await scoreOf(input);
    return score === before ? null : score;
  });
  return { trending: { before, after }, notice: await noticeOf(input), playback: await playbackOf(input) };
}

/** Somebody follows the creator, so that there is somebody to tell. */
export const subscribe = (kafka: Kafka, userId: string, creatorId: string): Promise<void> =>
  say(kafka, 'engagement.subscription.changed', creatorId, {
    ...{ user_id: userId, creator_id: creatorId },
    action: 'SUBSCRIBED',
  });

async function say(kafka: Kafka, topic: Topic, key: string | null, payload: object): Promise<void> {
  const producer = await kafka.producer();
  const envelope = {
    ...{ event_id: randomUUID(), timestamp: new Date().toISOString() },
    ...{ source_service: 'engagement-service', payload },
  };
  try {
    await producer.send([{ topic, key, value: Buffer.from(JSON.stringify(envelope)), headers: {} }]);
  } finally {
    await producer.close();
  }
}

async function scoreOf({ apiUrl, contentId, signal }: ViewersInput): Promise<number | null> {
  const response = await fetch(`${apiUrl}/catalog/trending?limit=100`, { signal });
  if (!response.ok) return null;
  const { contents } = (await response.json()) as { contents: { contentId: string; score: number }[] };
  return contents.find((one) => one.contentId === contentId)?.score ?? null;
}

async function playbackOf({ apiUrl, contentId, signal }: ViewersInput): Promise<ViewersReport['playback']> {
  const response = await fetch(`${apiUrl}/catalog/episodes/${contentId}/playback`, { signal });
  const { manifestUrl = '' } = (await response.json()) as { manifestUrl?: string };
  return { status: response.status, manifestUrl, cacheControl: response.headers.get('cache-control') ?? '' };
}

/** Read from Kafka, as the channels of the notification service do. */
async function noticeOf(input: ViewersInput): Promise<ViewersReport['notice']> {
  const { deps, contentId, userId } = input;
  let found: ViewersReport['notice'] | null = null;
  const consumer = await deps.kafka().consume({
    groupId: `channels-of-${contentId}-${randomUUID()}`,
    topics: ['notification.dispatch.requested'],
    onBatch: (records) => {
      for (const { value, partition, offset } of records) {
        const parsed = parseMessage('notification.dispatch.requested', value);
        if (!parsed.ok) continue;
        const { eventId, payload } = parsed.envelope;
        const isIt = payload.notification_type === 'NEW_CONTENT' && payload.template_vars['content_id'] === contentId;
        if (isIt && payload.user_id === userId) {
          found = { userId, eventId, partition, offset, channels: payload.channels };
        }
      }
      return Promise.resolve();
    },
  });
  try {
    return await until(input, 'its subscriber is told', () => Promise.resolve(found));
  } finally {
    await consumer.close();
  }
}

const WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

async function until<T>(
  { contentId, signal }: Pick<ViewersInput, 'contentId' | 'signal'>,
  what: string,
  look: () => Promise<T | null>,
): Promise<T> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (performance.now() > deadline) {
      throw new ReelwayError('DEMO_FAILED', `${contentId}: not within ${String(WITHIN_MS / 1_000)} s: ${what}.`);
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
