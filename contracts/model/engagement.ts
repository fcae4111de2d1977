/** What a user does with a media item, as user.engagement.events names it. */
export const ENGAGEMENT_TYPES = [
  'media_started',
  'media_completed',
  'media_liked',
  'media_shared',
  'media_disliked',
  'media_skipped',
  'media_replay',
  'media_added_to_playlist',
] as const;
export type EngagementType = (typeof ENGAGEMENT_TYPES)[number];

/** What CREATOR_MILESTONE counts. */
export const MILESTONE_TYPE = 'media_completed' satisfies EngagementType;

/**
 * How many days an event's identity is remembered, by the event's own day: as long as Kafka keeps the longest kept of the
 * topics, and two days more. An older event is refused, for nobody could say whether it was counted.
 */
export const COUNT_WINDOW_DAYS = 92;

/** What one message of engagement.metrics says of one content. */
export interface Metric {
  contentId: string;
  score: number;
  likes?: number | undefined;
  views?: number | undefined;
  rating?: number | undefined;
}

/** By what an event is known as counted. */
export interface CountIdentity {
  /** UTC day of the event's own time, YYYY-MM-DD; `TIMELESS_DAY` where it has none. */
  day: string;
  /** A UUID, with or without hyphens. */
  identity: string;
  /** Of what it says, a whole number of 32 bits: the same identity with another one is another event. */
  payloadHash: number;
}

/** The day of events without a time of their own; they are forgotten by when we saw them. */
export const TIMELESS_DAY = '0001-01-01';

/** One event of user.engagement.events, as far as it counts. */
export interface EngagementEvent extends CountIdentity {
  contentId: string;
  creatorId: string;
  eventType: EngagementType;
  watchSeconds: number | null;
}

export interface MetricsMessage extends CountIdentity {
  metrics: readonly Metric[];
}

/**
 * What became of an event.
 * duplicate: it had been counted. reused: its id came before with other content; the first one stands. tooOld: its day is
 * out of the window. ahead: its day is later than tomorrow. unknown: a content that nobody registered or uploaded.
 */
export type Counted =
  { is: 'counted' | 'duplicate' | 'reused' | 'tooOld' | 'ahead' } | { is: 'unknown'; contentIds: string[] };
