import { randomUUID } from 'node:crypto';
import { startProjector, type Projector } from '../../../bridge/projector/projector';
import type { Notice } from '../../../contracts/model/notices';
import type { OutgoingRecord } from '../../../contracts/model/ports';
import type { CountedTopic } from '../../../contracts/model/topics';
import { createRedis, type Redis } from '../../../platform/redis/client';
import { eventually } from '../../support/eventually';
import type { World } from '../../support/world';

export interface Running {
  projector: Projector;
  /** All that was told so far. */
  notices: Notice[];
  redis: Redis;
  stop(): Promise<void>;
}

/** A projector in this process, with its partitions. */
export async function projectorOf(world: World, over: { groupId?: string; redisUrl?: string } = {}): Promise<Running> {
  const { pool, kafka, log, config } = world;
  const notices: Notice[] = [];
  const redis = createRedis({ url: over.redisUrl ?? config.redis.url ?? '', prefix: config.redis.prefix }, log);
  const groupId = over.groupId ?? config.projector.groupId;
  const projector = await startProjector({
    ...{ pool, kafka, log, redis },
    config: { ...config, projector: { ...config.projector, groupId } },
    notify: (_db, told) => {
      notices.push(...told);
      return Promise.resolve();
    },
  });
  await eventually('the projector has its partitions', () => projector.ready());
  return {
    ...{ projector, notices, redis },
    stop: async () => {
      await projector.stop();
      redis.close();
    },
  };
}

export interface Sent {
  eventId?: string;
  timestamp?: string;
}

const envelope = (payload: object, { eventId = randomUUID(), timestamp = new Date().toISOString() }: Sent = {}) =>
  JSON.stringify({ event_id: eventId, timestamp, source_service: 'engagement-service', payload });

export const played = (over: Record<string, unknown> = {}, sent: Sent = {}): OutgoingRecord => {
  const payload = {
    user_id: 'user-1',
    content_id: 'content-1',
    creator_id: 'creator-1',
    event_type: 'media_completed',
    watch_duration_seconds: 30,
    content_type: 'VIDEO',
    session_id: 's-1',
    ...over,
  };
  return recordOf('user.engagement.events', envelope(payload, sent), payload.user_id);
};

export const metricsOf = (metrics: object[], sent: Sent = {}): OutgoingRecord =>
  recordOf('engagement.metrics', envelope({ metrics }, sent));

export const recordOf = (topic: CountedTopic, value: string, key: string | null = null): OutgoingRecord => ({
  topic,
  key,
  value: Buffer.from(value),
  headers: {},
});

export async function send(world: World, records: OutgoingRecord[]): Promise<void> {
  const producer = await world.kafka.producer();
  for (let from = 0; from < records.length; from += 1_000) await producer.send(records.slice(from, from + 1_000));
  await producer.close();
}

/** Everything that is in the counted topics is committed by the group. */
export const caughtUp = (world: World, groupId = world.config.projector.groupId): Promise<boolean> =>
  eventually('the projector has read everything', async () => {
    const lags = await Promise.all(
      (['user.engagement.events', 'engagement.metrics'] as const).map((topic) => world.kafka.lag(groupId, topic)),
    );
    return lags.flat().every(({ high, committed }) => BigInt(committed ?? 0) >= BigInt(high));
  });

export async function register(world: World, contentIds: string[], visibility = 'PUBLISHED'): Promise<void> {
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, visibility, title, residency, creator_id)
     SELECT id, 'terminal', $2, 'Title of ' || id, 'NG', 'creator-1' FROM unnest($1::text[]) id`,
    [contentIds, visibility],
  );
}

export async function creatorTotal(world: World, creatorId: string, type = 'media_completed'): Promise<number> {
  const { rows } = await world.pool.query<{ events: string }>(
    'SELECT events FROM creator_totals WHERE creator_id = $1 AND event_type = $2',
    [creatorId, type],
  );
  return Number(rows[0]?.events ?? 0);
}

/** The set as Redis has it, highest first. */
export const ranked = async (redis: Redis, key: string): Promise<[string, number][]> =>
  (await redis.highest(key, 0, 10_000)).map(({ member, score }) => [member, score]);

export interface Letter {
  id: string;
  code: string;
  topic: string;
  event_id: string | null;
  consumer: string;
}
export async function letters(world: World, code: string): Promise<Letter[]> {
  const { rows } = await world.pool.query<Letter>('SELECT * FROM dead_letters WHERE code = $1 ORDER BY id', [code]);
  return rows;
}
