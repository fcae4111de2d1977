import type { Fact } from '../../contracts/model/facts';
import {
  BRIDGE_TOPICS,
  CONSUMED_TOPICS,
  type BridgeTopic,
  type ConsumedTopic,
  type CountedTopic,
  type LifecycleTopic,
  type ObservedTopic,
} from '../../contracts/model/topics';
import type { ParsedEnvelope } from '../../contracts/schema/parse-message';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { foreignDecisionId, payloadHash } from '../../platform/events/identity';

export { INBOX_CONSUMER as CONSUMER } from '../../platform/postgres/event-ids';
export { keepIdentityMs } from '../../contracts/model/topics';

/** What a route says of its topic beside its code; docs/topics.md prints it, `plan.ts` is tested against it. */
interface RouteRules {
  /**
   * starts: begins the lifecycle of its content. signals: is a fact of one that was begun. updates: is the newest state
   * of an asset, and a fact of the run of its content. projects: is shown.
   * notifies: decides who hears of something. counts: is added up by the projector.
   */
  does: 'starts' | 'signals' | 'updates' | 'projects' | 'notifies' | 'counts';
  /** source_service names that may send it, unless REELWAY_ACCEPTED_SOURCES says otherwise; the producers of the catalogue. */
  sources: readonly string[];
  /** In words: what makes two events the same fact, also under two event ids. */
  businessKey: string;
  /** Where the content has no run yet. update-…: the asset stands as it says, also where there is no run to hear of it. */
  missing: 'begin' | 'park' | 'update-park' | 'store' | 'refuse' | 'count';
  /** Where its run is open. */
  busy: 'signal' | 'update-signal' | 'store' | 'count';
  /** Where it has ended. reopen: late, unless it is an unanswered flag on published content. */
  finished: 'late' | 'reopen' | 'update-late' | 'store' | 'count';
}

/** What a fact is about, without its row id and event id. */
export interface RoutedFact {
  body: Fact['body'];
  /** Business key: the same key is the same fact, also under another event id. */
  key: string;
}

export interface FactRoute<T extends LifecycleTopic> extends RouteRules {
  does: 'starts' | 'signals';
  /** Field of the payload: facts of one value reach their run in the order in which they came. */
  orderedBy: 'content_id' & keyof PayloadOf<T>;
  toFact(envelope: ParsedEnvelope<PayloadOf<T>>): RoutedFact;
}

/** What an observation is about. */
export interface RoutedObservation {
  /** Business key, as for facts; projections apply it. */
  key: string;
  /** Null: it is about several. */
  entityId: string | null;
}

export interface ObservationRoute<T extends ObservedTopic> extends RouteRules {
  does: 'updates' | 'projects' | 'notifies';
  /** Field of the payload, or null: no order matters. */
  orderedBy: (string & keyof PayloadOf<T>) | null;
  missing: 'store' | 'update-park';
  busy: 'store' | 'update-signal';
  finished: 'store' | 'update-late';
  toObservation(envelope: ParsedEnvelope<PayloadOf<T>>): RoutedObservation;
}

/** The projector reads these; what it does with one is in bridge/projector/. */
export interface CountRoute extends RouteRules {
  does: 'counts';
  orderedBy: null;
  missing: 'refuse' | 'count';
  busy: 'count';
  finished: 'count';
}

type Routes = { readonly [T in LifecycleTopic]: FactRoute<T> } & {
  readonly [T in ObservedTopic]: ObservationRoute<T>;
} & { readonly [T in CountedTopic]: CountRoute };

const START = { does: 'starts', orderedBy: 'content_id', missing: 'begin', busy: 'signal', finished: 'late' } as const;
const SIGNAL = { does: 'signals', orderedBy: 'content_id', missing: 'park', busy: 'signal', finished: 'late' } as const;
const COUNT = { does: 'counts', busy: 'count', finished: 'count' } as const;
const UPDATE = { does: 'updates', missing: 'update-park', busy: 'update-signal', finished: 'update-late' } as const;
const STORE = { missing: 'store', busy: 'store', finished: 'store' } as const;

/** Every topic we consume, once: subscription, intake, dispatch, checks and docs are made from it. */
export const ROUTES: Routes = {
  'media.upload.initiated': {
    ...START,
    sources: ['upload-service'],
    businessKey: 'upload_session_id',
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
    ...SIGNAL,
    sources: ['transcoding-worker'],
    businessKey: 'hash of the payload',
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
    ...SIGNAL,
    sources: ['drm-packaging-worker'],
    businessKey: 'hash of the payload',
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
    ...SIGNAL,
    finished: 'reopen',
    sources: ['moderation-worker'],
    businessKey: 'hash of the payload and the timestamp',
    // The same finding again at another time is another flag: an earlier answer does not cover it.
    toFact: ({ payload, timestamp }) => ({
      key: hashOf('moderation.flagged', { payload, timestamp }),
      body: { kind: 'flagged', flags: payload.flags, priority: payload.queue_priority },
    }),
  },
  'moderation.approved': {
    ...SIGNAL,
    sources: ['admin-control-plane'],
    businessKey: 'reviewer_id, decision and the timestamp',
    toFact: ({ payload, timestamp }) => {
      const { content_id: contentId, reviewer_id: reviewerId, decision } = payload;
      const decisionId = foreignDecisionId({ contentId, reviewerId, decision, at: timestamp });
      return { key: decisionId, body: { kind: 'decided', decisionId, reviewerId, decision } };
    },
  },
  'upload.media.processed': {
    ...UPDATE,
    orderedBy: 'episodeId',
    sources: ['upload-service'],
    businessKey: 'hash of the payload and the timestamp',
    // READY, FAILED and READY again are three updates; the same one sent twice is one.
    toObservation: ({ payload, timestamp }) => ({
      key: hashOf('upload.media.processed', { payload, timestamp }),
      entityId: payload.episodeId,
    }),
  },
  'engagement.subscription.changed': {
    ...STORE,
    does: 'projects',
    orderedBy: 'creator_id',
    sources: ['engagement-service'],
    businessKey: 'user_id, creator_id and the timestamp',
    toObservation: ({ payload, timestamp }) => ({
      key: keyOf(payload.user_id, payload.creator_id, timestamp),
      entityId: payload.creator_id,
    }),
  },
  'payment.events': {
    ...STORE,
    does: 'notifies',
    orderedBy: 'subscriber_id',
    sources: ['billing-service'],
    businessKey: 'processor, processor_ref and event_type',
    toObservation: ({ payload }) => ({
      key: keyOf(payload.processor, payload.processor_ref, payload.event_type),
      entityId: payload.subscriber_id,
    }),
  },
  'engagement.metrics': {
    ...COUNT,
    orderedBy: null,
    sources: ['engagement-service'],
    businessKey: 'event_id; of a flat body the hash of topic, key and value',
    missing: 'refuse',
  },
  'user.engagement.events': {
    ...COUNT,
    orderedBy: null,
    sources: ['engagement-service'],
    businessKey: 'event_id',
    missing: 'count',
  },
};

export const isConsumed = (topic: string): topic is ConsumedTopic =>
  (CONSUMED_TOPICS as readonly string[]).includes(topic);
export const isBridged = (topic: string): topic is BridgeTopic => (BRIDGE_TOPICS as readonly string[]).includes(topic);

const hashOf = (topic: ConsumedTopic, payload: unknown): string => payloadHash(topic, payload).toString('hex');

/** JSON keeps ("a b", "c") apart from ("a", "b c"). */
const keyOf = (...parts: (string | number)[]): string => JSON.stringify(parts);
