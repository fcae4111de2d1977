import type { Fact } from '../../contracts/model/facts';
import { LIFECYCLE_TOPICS, topicRow, type LifecycleTopic } from '../../contracts/model/topics';
import type { ParsedEnvelope } from '../../contracts/schema/parse-message';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { foreignDecisionId, payloadHash } from '../identity';

/** Our name in event_ids and dead_letters; not the Kafka group, so that a new group finds the same memory. */
export const CONSUMER = 'bridge';

/** What a fact is about, without its row id and event id. */
export interface RoutedFact {
  body: Fact['body'];
  /** Business key: the same key is the same fact, also under another event id. */
  key: string;
}

export interface Route<T extends LifecycleTopic> {
  /** starts: begins the lifecycle of its content; signals: is a fact of one that was begun. */
  does: 'starts' | 'signals';
  /** Facts of one ordering key reach their run in the order in which they came. */
  orderingKey(payload: PayloadOf<T>): string;
  toFact(envelope: ParsedEnvelope<PayloadOf<T>>): RoutedFact;
}

type Routes = { readonly [T in LifecycleTopic]: Route<T> };

const contentIdOf = (payload: { content_id: string }): string => payload.content_id;

/** Every topic we consume, once: subscription, intake, dispatch, checks and docs are made from it. */
export const ROUTES: Routes = {
  'media.upload.initiated': {
    does: 'starts',
    orderingKey: contentIdOf,
    toFact: ({ payload }) => ({
      key: payload.upload_session_id,
      body: {
        kind: 'upload',
        uploadSessionId: payload.upload_session_id,
        creatorId: payload.creator_id,
        rawKey: payload.s3_raw_key,
        residency: payload.residency,
        contentType: payload.content_type,
      },
    }),
  },
  'media.transcoded': {
    does: 'signals',
    orderingKey: contentIdOf,
    toFact: ({ payload }) => ({
      key: hashOf('media.transcoded', payload),
      body: {
        kind: 'transcoded',
        renditions: payload.renditions,
        audioTracks: payload.audio_tracks,
        durationSeconds: payload.duration_seconds,
      },
    }),
  },
  'media.drm.packaged': {
    does: 'signals',
    orderingKey: contentIdOf,
    toFact: ({ payload }) => ({
      key: hashOf('media.drm.packaged', payload),
      body: {
        kind: 'packaged',
        hls: payload.hls_manifest_url,
        dash: payload.dash_manifest_url,
        cekId: payload.cek_id,
      },
    }),
  },
  'moderation.flagged': {
    does: 'signals',
    orderingKey: contentIdOf,
    // The same finding again at another time is another flag: an earlier answer does not cover it.
    toFact: ({ payload, timestamp }) => ({
      key: hashOf('moderation.flagged', { payload, timestamp }),
      body: { kind: 'flagged', flags: payload.flags, priority: payload.queue_priority },
    }),
  },
  'moderation.approved': {
    does: 'signals',
    orderingKey: contentIdOf,
    toFact: ({ payload, timestamp }) => {
      const { content_id: contentId, reviewer_id: reviewerId, decision } = payload;
      const decisionId = foreignDecisionId({ contentId, reviewerId, decision, at: timestamp });
      return { key: decisionId, body: { kind: 'decided', decisionId, reviewerId, decision } };
    },
  },
};

/** Subscribed topics, in the order of the topic table. */
export const CONSUMED_TOPICS: readonly LifecycleTopic[] = LIFECYCLE_TOPICS;

export const START_TOPIC = 'media.upload.initiated' satisfies LifecycleTopic;

export const isConsumed = (topic: string): topic is LifecycleTopic =>
  (CONSUMED_TOPICS as readonly string[]).includes(topic);

const hashOf = (topic: LifecycleTopic, payload: unknown): string => payloadHash(topic, payload).toString('hex');

const DAY_MS = 24 * 60 * 60 * 1000;

/** An identity outlives every copy of its record that can still be read again. */
export const keepIdentityMs = (topic: LifecycleTopic): number => topicRow(topic).retentionMs + 2 * DAY_MS;
