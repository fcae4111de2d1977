import type { ErrorCode } from './errors';
import type { AudioTrackRef, Flag, RenditionRef } from './facts';
import type { MilestoneTopic } from './topics';
import type {
  ContentType,
  Decision,
  FactOutcome,
  QueuePriority,
  Residency,
  Stage,
  StageStatus,
  Status,
  TaskPriority,
  Visibility,
} from './status';

/** The upload that a revision is about. at: ms since 1970 (the event's own timestamp). */
export interface Upload {
  uploadSessionId: string;
  creatorId: string;
  rawKey: string;
  residency: Residency;
  contentType: ContentType;
  at: number;
}

/** One stage as people see it. Times in ms since 1970. */
export interface StageView {
  stage: Stage;
  status: StageStatus;
  /** Counts how often the stage was begun in this revision; a retry makes it grow. */
  attempt: number;
  startedAt: number | null;
  endedAt: number | null;
  deadlineAt: number | null;
  code: ErrorCode | null;
  message: string | null;
}

export interface RenditionView {
  /** "720p" for video, "a128" for audio. */
  label: string;
  status: StageStatus;
  code: ErrorCode | null;
  /** Absent in what an earlier version wrote, as are the others below. Counts how often it was begun in this revision. */
  attempt?: number;
  /** What its encoder said when it failed. */
  message?: string | null;
  /** ms since 1970: it failed while others were still encoded, and asks for an admin at once. */
  parkedAt?: number | null;
}

/** Who stopped a content before its next stage. since: ms since 1970. */
export interface Held {
  actor: string;
  reason: string;
  since: number;
}

export interface Manifests {
  hls: string;
  dash: string;
  cekId: string | null;
}

/** The part of a run's state that Postgres mirrors; written with each announce, where stateVersion is newer. */
export interface Snapshot {
  contentId: string;
  generation: number;
  revision: number;
  stateVersion: number;
  stage: Stage;
  status: Status;
  visibility: Visibility;
  attention: boolean;
  code: ErrorCode | null;
  since: number;
  uploadSessionId: string;
  creatorId: string;
  residency: Residency;
  contentType: ContentType;
  stages: StageView[];
  renditions: RenditionView[];
  manifests: Manifests | null;
  /** Absent in what an earlier version wrote, as are the two below. null: nobody holds it. */
  held?: Held | null;
  priority?: TaskPriority;
  /** Token of the failure that a retry answers now; null: there is none. */
  attempt?: string | null;
}

/** One thing to tell others. ordinal: how often this milestone was issued in this generation, from 1. */
export interface Milestone {
  topic: MilestoneTopic;
  milestone: string;
  ordinal: number;
  /** ms since 1970: when it happened; the envelope's timestamp. */
  at: number;
  payload: Record<string, unknown>;
}

export interface OutcomeReport {
  row: string;
  outcome: Exclude<FactOutcome, 'delivered' | 'dead'>;
  code: ErrorCode | null;
}

/** A decision that stands, ours or a service's. */
export interface DecisionRecord {
  decisionId: string;
  decision: Decision;
  /** "auto", "local:anna", "reviewer:r-17". */
  actor: string;
  reason: string;
  at: number;
  /** Moderation was skipped: nobody has looked, so it answers no flag, whoever took it. */
  skipped?: true;
}

/** A flag set that was raised and not yet answered. at: ms since 1970. */
export interface OpenFlag {
  key: string;
  flags: Flag[];
  priority: QueuePriority;
  source: 'reelway' | 'service';
  at: number;
}

/** What a generation takes over from the one before it (late flag: everything but moderation). */
export interface CarriedOver {
  revision: number;
  upload: Upload;
  transcoded: { renditions: RenditionRef[]; audioTracks: AudioTrackRef[]; durationSeconds: number };
  manifests: Manifests;
  visibility: Visibility;
}
