import { COUNT_WINDOW_DAYS } from './engagement';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `both`: ours to send when we execute the stage, ours to read when a service does. */
export type TopicDirection = 'consume' | 'produce' | 'both';

export interface TopicRow {
  readonly partitions: number;
  /** Payload field that is the record key; null: no key. */
  readonly key: string | null;
  readonly retentionMs: number;
  readonly direction: TopicDirection;
  /** A flat body without the envelope is accepted as well (the two camelCase topics). */
  readonly flat?: true;
  /** In neither contract: used only where it is switched on. */
  readonly extension?: true;
}

/** The topics of the two contracts, with what given contracts leave open settled. One row per topic; everything else (docs, checks, provisioning) is made from it. */
export const TOPICS = {
  'media.upload.initiated': { partitions: 12, key: 'upload_session_id', retentionMs: 7 * DAY_MS, direction: 'consume' },
  'media.transcoded': { partitions: 24, key: 'content_id', retentionMs: 7 * DAY_MS, direction: 'both' },
  'media.drm.packaged': { partitions: 12, key: 'content_id', retentionMs: 7 * DAY_MS, direction: 'both' },
  'media.published': { partitions: 12, key: 'content_id', retentionMs: 30 * DAY_MS, direction: 'produce' },
  'moderation.flagged': { partitions: 6, key: 'content_id', retentionMs: 30 * DAY_MS, direction: 'both' },
  'moderation.approved': { partitions: 6, key: 'content_id', retentionMs: 30 * DAY_MS, direction: 'both' },
  'user.engagement.events': { partitions: 48, key: 'user_id', retentionMs: 90 * DAY_MS, direction: 'consume' },
  'engagement.subscription.changed': {
    partitions: 12,
    key: 'creator_id',
    retentionMs: 30 * DAY_MS,
    direction: 'consume',
  },
  'payment.events': { partitions: 12, key: 'subscriber_id', retentionMs: 365 * DAY_MS, direction: 'consume' },
  'notification.dispatch.requested': { partitions: 12, key: 'user_id', retentionMs: 3 * DAY_MS, direction: 'produce' },
  'upload.media.processed': {
    partitions: 12,
    key: 'episodeId',
    retentionMs: 7 * DAY_MS,
    direction: 'consume',
    flat: true,
  },
  'engagement.metrics': { partitions: 12, key: null, retentionMs: 7 * DAY_MS, direction: 'consume', flat: true },
  'internal.lifecycle.events': { partitions: 12, key: 'content_id', retentionMs: 30 * DAY_MS, direction: 'produce' },
  'media.unpublished': {
    partitions: 12,
    key: 'content_id',
    retentionMs: 30 * DAY_MS,
    direction: 'produce',
    extension: true,
  },
} as const satisfies Record<string, TopicRow>;

/** Settings that all topics share. */
export const TOPIC_CLEANUP_POLICY = 'delete';
/** Kafka's own default: a batch with one record of 1 MiB and its framing. Larger records are dead letters TOO_LARGE. */
export const TOPIC_MAX_MESSAGE_BYTES = 1_048_588;

export type Topic = keyof typeof TOPICS;

export const isTopic = (name: string): name is Topic => Object.hasOwn(TOPICS, name);
export const topicRow = (topic: Topic): TopicRow => TOPICS[topic];

/** A partition as people and logs name it. */
export const partitionName = (topic: string, partition: number): string => `${topic}/${String(partition)}`;

/** The topics whose events drive a lifecycle. */
export const LIFECYCLE_TOPICS = [
  'media.upload.initiated',
  'media.transcoded',
  'media.drm.packaged',
  'moderation.flagged',
  'moderation.approved',
] as const satisfies readonly Topic[];
export type LifecycleTopic = (typeof LIFECYCLE_TOPICS)[number];
/** The one whose events begin a content. */
export const START_TOPIC = 'media.upload.initiated' satisfies LifecycleTopic;

/** Media that another service makes of an episode: an update of its asset, and a fact of its run. */
export const ASSET_TOPIC = 'upload.media.processed' satisfies Topic;

/** The topics whose events belong to no run: kept as observations, for projections and notices. */
export const OBSERVED_TOPICS = [
  'upload.media.processed',
  'engagement.subscription.changed',
  'payment.events',
] as const satisfies readonly Topic[];
export type ObservedTopic = (typeof OBSERVED_TOPICS)[number];

/** What the bridge consumes. */
export const BRIDGE_TOPICS = [...LIFECYCLE_TOPICS, ...OBSERVED_TOPICS] as const;
export type BridgeTopic = (typeof BRIDGE_TOPICS)[number];

/** The topics that are counted and not kept; the projector consumes them. */
export const COUNTED_TOPICS = ['engagement.metrics', 'user.engagement.events'] as const satisfies readonly Topic[];
export type CountedTopic = (typeof COUNTED_TOPICS)[number];
export const isCounted = (topic: string): topic is CountedTopic =>
  (COUNTED_TOPICS as readonly string[]).includes(topic);

/** Whether a partition, by its name, is one of theirs. */
export const isCountedPartition = (name: string): boolean => isCounted(name.slice(0, name.lastIndexOf('/')));

/** Everything we consume. */
export const CONSUMED_TOPICS = [...BRIDGE_TOPICS, ...COUNTED_TOPICS] as const;
export type ConsumedTopic = (typeof CONSUMED_TOPICS)[number];

/** What is announced of a content, in one sequence. Notifications are announced beside them, without one. */
export const MILESTONE_TOPICS = [
  'media.transcoded',
  'media.drm.packaged',
  'moderation.flagged',
  'moderation.approved',
  'media.published',
  'media.unpublished',
  'internal.lifecycle.events',
] as const satisfies readonly Topic[];
export type MilestoneTopic = (typeof MILESTONE_TOPICS)[number];

/** An identity outlives every copy of its record that can still be read again. */
export const keepIdentityMs = (topic: Topic): number =>
  isCounted(topic) ? COUNT_WINDOW_DAYS * DAY_MS : TOPICS[topic].retentionMs + 2 * DAY_MS;
