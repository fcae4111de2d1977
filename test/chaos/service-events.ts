import { randomUUID } from 'node:crypto';
import type { LifecycleTopic } from '../../contracts/model/topics';
import type { Decision } from '../../contracts/model/status';
import { register } from '../../operations/register';
import { usualSource } from '../support/topics';
import type { World } from '../support/world';

/** Every stage but publication is executed by a service: a content goes from upload to publication by events alone. */
export const BY_SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
};

/** What a service sends, before it is bytes. at: ms since 1970. */
export interface ServiceEvent {
  topic: LifecycleTopic;
  key: string;
  eventId: string;
  at: number;
  payload: Record<string, unknown>;
}

/** Some time ago, so that no event is from the future. */
export const BEGAN_AT = Date.now() - 3_600_000;
export const sessionOf = (contentId: string): string => `session-${contentId}`;

type Made = Pick<ServiceEvent, 'topic' | 'payload'>;
const event = (contentId: string, at: number, { topic, payload }: Made): ServiceEvent => ({
  topic,
  key: topic === 'media.upload.initiated' ? sessionOf(contentId) : contentId,
  eventId: randomUUID(),
  at: BEGAN_AT + at * 1_000,
  payload: { content_id: contentId, ...payload },
});

/** `at`: seconds after BEGAN_AT. */
export const events = {
  upload: (id: string, at: number): ServiceEvent =>
    event(id, at, {
      topic: 'media.upload.initiated',
      payload: {
        upload_session_id: sessionOf(id),
        creator_id: 'creator-1',
        s3_raw_key: `raw/${id}/clip.mp4`,
        residency: 'GLOBAL',
        content_type: 'VIDEO',
      },
    }),
  transcoded: (id: string, at: number): ServiceEvent =>
    event(id, at, {
      topic: 'media.transcoded',
      payload: {
        renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${id}/360p.mp4` }],
        audio_tracks: [],
        duration_seconds: 5,
      },
    }),
  packaged: (id: string, at: number): ServiceEvent =>
    event(id, at, {
      topic: 'media.drm.packaged',
      payload: {
        hls_manifest_url: `/GLOBAL/${id}/master.m3u8`,
        dash_manifest_url: `/GLOBAL/${id}/manifest.mpd`,
        cek_id: `cek-${id}`,
      },
    }),
  flagged: (id: string, at: number): ServiceEvent =>
    event(id, at, {
      topic: 'moderation.flagged',
      payload: {
        creator_id: 'creator-1',
        flags: [
          { check_type: 'spam', confidence_score: 0.9, flagged_timestamp_start: null, flagged_timestamp_end: null },
        ],
        queue_priority: 'STANDARD',
      },
    }),
  decided: (id: string, at: number, decision: Exclude<Decision, 'REMOVED'>): ServiceEvent =>
    event(id, at, { topic: 'moderation.approved', payload: { reviewer_id: 'r-1', decision } }),
};

/** The same event told again under an id of its own, as by a service that lost its memory. */
export const toldAnew = (told: ServiceEvent): ServiceEvent => ({ ...told, eventId: randomUUID() });

export const valueOf = ({ topic, eventId, at, payload }: ServiceEvent): Buffer =>
  Buffer.from(
    JSON.stringify({
      event_id: eventId,
      timestamp: new Date(at).toISOString(),
      source_service: usualSource(topic),
      payload,
    }),
  );

const AT_ONCE = 500;

export async function produceAll(world: World, sent: ServiceEvent[]): Promise<void> {
  const producer = await world.kafka.producer();
  for (let from = 0; from < sent.length; from += AT_ONCE) {
    const batch = sent.slice(from, from + AT_ONCE);
    await producer.send(batch.map((one) => ({ topic: one.topic, key: one.key, value: valueOf(one), headers: {} })));
  }
  await producer.close();
}

/** As `reelway content register` does for each. */
export async function registerAll(world: World, contentIds: string[]): Promise<void> {
  const record = {
    creatorId: 'creator-1',
    title: 'A walk in the park',
    contentType: 'VIDEO',
    residency: 'GLOBAL',
  } as const;
  for (let from = 0; from < contentIds.length; from += 10) {
    const some = contentIds.slice(from, from + 10);
    await Promise.all(some.map((contentId) => register(world, 'local:test', { contentId, ...record })));
  }
}
