import type { AssetStatus, CheckType, ContentType, Decision, QueuePriority, Residency } from './status';

/** One rendition as others see it. resolution: short edge, "720p"; bitrate in bit/s. */
export interface RenditionRef {
  resolution: string;
  bitrate: number;
  s3_key: string;
}

/** lang: BCP-47 or "und"; bitrate in bit/s. */
export interface AudioTrackRef {
  bitrate: number;
  lang: string;
  s3_key: string;
}

/** Times in seconds from the start, or null where the flag has none (text, whole file). */
export interface Flag {
  check_type: CheckType;
  confidence_score: number;
  flagged_timestamp_start: number | null;
  flagged_timestamp_end: number | null;
}

export interface UploadFact {
  kind: 'upload';
  uploadSessionId: string;
  creatorId: string;
  rawKey: string;
  residency: Residency;
  contentType: ContentType;
}
export interface TranscodedFact {
  kind: 'transcoded';
  renditions: RenditionRef[];
  audioTracks: AudioTrackRef[];
  durationSeconds: number;
}
export interface PackagedFact {
  kind: 'packaged';
  hls: string;
  dash: string;
  cekId: string | null;
}
export interface FlaggedFact {
  kind: 'flagged';
  flags: Flag[];
  priority: QueuePriority;
}
export interface DecidedFact {
  kind: 'decided';
  decisionId: string;
  reviewerId: string;
  decision: Exclude<Decision, 'REMOVED'>;
}
/**
 * What a service says of the media that it makes of a content, renditions and package in one. labels: of its renditions.
 * reason: why it failed, in its words; null: it gave none.
 */
export interface AssetFact {
  kind: 'asset';
  status: AssetStatus;
  manifestUrl: string | null;
  labels: string[];
  reason: string | null;
}

/**
 * A fact as it travels to a run, made by the bridge from a validated event.
 * row: inbox row id (a bigint as text), the identity of redeliveries.
 * key: business key; the same key is the same fact, also under another event id.
 * at: the envelope's timestamp, ms since 1970.
 */
export interface Fact {
  row: string;
  eventId: string;
  key: string;
  at: number;
  body: UploadFact | TranscodedFact | PackagedFact | FlaggedFact | DecidedFact | AssetFact;
}
