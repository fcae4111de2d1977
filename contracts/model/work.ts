import type { ErrorCode } from './errors';
import type { AudioTrackRef, Flag, RenditionRef } from './facts';
import type { DecisionRecord, Manifests, Milestone, OutcomeReport, Snapshot, Upload } from './lifecycle';
import type { Notice } from './notices';
import type { ContentType, QueuePriority, Residency, Visibility } from './status';

/** What every activity is told about its place; nothing else may go into an output key. */
export interface WorkPlace {
  contentId: string;
  generation: number;
  revision: number;
  residency: Residency;
  contentType: ContentType;
}

/** One video rendition to encode, without sound. bitrate in bit/s, an upper bound. */
export interface VideoRung {
  readonly kind: 'video';
  /** Short edge and "p": "720p". Unique in its plan; safe in keys and file names. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly bitrate: number;
  /** Frames per second as a fraction, "30000/1001"; the same for all rungs of a source. */
  readonly frameRate: string;
}

/** One audio rendition to encode: AAC-LC, at most stereo. bitrate in bit/s. */
export interface AudioRung {
  readonly kind: 'audio';
  /** "a" and kbit/s: "a128". */
  readonly label: string;
  readonly bitrate: number;
  readonly channels: 1 | 2;
  readonly sampleRate: 44_100 | 48_000;
  /** BCP-47 or "und". */
  readonly lang: string;
}

export type Rung = VideoRung | AudioRung;

/** The chosen video stream. width and height as shown (turned, square pixels), coded ones as stored. */
export interface SourceVideo {
  readonly index: number;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly rotation: number;
  readonly frameRate: number;
  readonly constantRate: string | null;
  readonly pixFmt: string;
  readonly endSeconds: number | null;
}

export interface SourceAudio {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  readonly lang: string;
  readonly bitrate: number | null;
  readonly lossless: boolean;
  readonly endSeconds: number | null;
}

/** What a probe saw; the fields are explained in activities/media/source-probe.ts. Durations in seconds. */
export interface SourceProbe {
  readonly container: string;
  readonly bytes: number;
  readonly durationSeconds: number;
  readonly durationDeclared: boolean;
  readonly video: SourceVideo | null;
  readonly audio: SourceAudio | null;
  readonly streams: number;
}

export interface VerifyUploadInput {
  place: WorkPlace;
  upload: Upload;
  verify: 'full' | 'trust';
  /** False where a service transcodes: then nothing is probed for a ladder in `trust`. */
  planLadder: boolean;
}
export interface VerifyUploadResult {
  sha256: string | null;
  bytes: number | null;
  probe: SourceProbe | null;
  /** Video, lowest rung first, then audio; empty where nothing was planned. */
  ladder: Rung[];
}

export interface TranscodeInput {
  place: WorkPlace;
  rawKey: string;
  sourceSha256: string;
  probe: SourceProbe;
  rung: Rung;
  /** What an earlier generation made of the same input counts as made. */
  takeOver?: true;
}
export interface TranscodeResult {
  rung: Rung;
  key: string;
  bytes: number;
  sha256: string;
  durationSeconds: number;
  lang: string;
  /** True where an earlier attempt's recorded output was found and nothing was encoded. */
  reused: boolean;
  /** Made by an earlier generation, and told of then. */
  takenOver?: true;
}

export interface CheckInput {
  place: WorkPlace;
  check: string;
  sourceSha256: string | null;
  creatorId: string;
}
export interface CheckResult {
  check: string;
  flags: Flag[];
  /** The version of the record that the check read. */
  metadataVersion: number;
}

/** Writes what moderation found: our flags raise open_flags, a clean result is a decision by "auto". One of the two. */
export interface RecordVerdictInput {
  place: WorkPlace;
  flagged: null | { key: string; flags: Flag[]; priority: QueuePriority; at: number };
  decision: null | DecisionRecord;
}
export interface RecordVerdictResult {
  openFlags: number;
}

export interface PackageInput {
  place: WorkPlace;
  renditions: TranscodeResult[];
  /** Package sets are numbered for each content: a re-package builds beside the live set. */
  set: number;
  /** As in TranscodeInput. */
  takeOver?: true;
}
export interface PackageResult {
  manifests: Manifests;
  reused: boolean;
  /** As in TranscodeResult. */
  takenOver?: true;
}

export interface PublishInput {
  place: WorkPlace;
  decisionId: string;
  visibility: Extract<Visibility, 'PUBLISHED' | 'AGE_GATED'>;
  /** The version of the record that our checks found clean; null where a person or a service decided. */
  checkedVersion: number | null;
  manifests: Manifests;
}
/** wasVisible: it was visible before, so nothing is announced again. */
export interface PublishResult {
  title: string;
  categories: string[];
  creatorId: string;
  wasVisible: boolean;
}

export interface RecordedDecision {
  place: WorkPlace;
  decision: DecisionRecord;
}

export interface AnnounceInput {
  snapshot: Snapshot;
  milestones: Milestone[];
  notices: Notice[];
  outcomes: OutcomeReport[];
  /** Decisions to be recorded in the same transaction, before anything else. Absent: none. */
  decisions?: RecordedDecision[];
  /** The run has ended: the router treats later facts as late from here on. */
  closing: boolean;
}
/** refused: a milestone that was not stored, with why; the others were. */
export interface AnnounceResult {
  refused: { milestone: string; topic: string; ordinal: number; code: ErrorCode; message: string }[];
  /** Who sees the content now: a takedown and a flag's hiding are written beside the run, which learns of them here. */
  visibility?: Visibility;
  /** Ids of the decisions that are recorded now. Absent: a worker from before they were carried along has left them out. */
  recorded?: string[];
}

export interface RemoveOutputsInput {
  place: WorkPlace;
  stage: 'transcode' | 'package';
}
export interface RemoveOutputsResult {
  removed: number;
}

export interface WithdrawInput {
  place: WorkPlace;
  /** What viewers had before, and have again. */
  back?: Manifests;
}

/** The activities as workflow code sees them. Every failure carries one of our codes as its type. */
export interface Activities {
  verifyUpload(input: VerifyUploadInput): Promise<VerifyUploadResult>;
  transcodeRendition(input: TranscodeInput): Promise<TranscodeResult>;
  runCheck(input: CheckInput): Promise<CheckResult>;
  recordVerdict(input: RecordVerdictInput): Promise<RecordVerdictResult>;
  packageContent(input: PackageInput): Promise<PackageResult>;
  publishContent(input: PublishInput): Promise<PublishResult>;
  announce(input: AnnounceInput): Promise<AnnounceResult>;
  removeOutputs(input: RemoveOutputsInput): Promise<RemoveOutputsResult>;
  /** Hides what publish made visible; compensation of publish. */
  withdrawContent(input: WithdrawInput): Promise<void>;
  /** Finds and marks what Postgres and Temporal do not agree on. */
  reconcile(input: ReconcileWork): Promise<ReconcileReport>;
  /** Tells the next share of a creator's subscribers of new content. */
  tellSubscribers(input: FanOutInput): Promise<FanOutProgress>;
  /** Tells everybody whose subscription ends soon, once per period. */
  tellExpiring(): Promise<ExpiringReport>;
}

export interface FanOutInput {
  contentId: string;
}
/** told, total: subscribers; total as counted at the start. */
export interface FanOutProgress {
  told: number;
  total: number;
  ended: boolean;
  /** Why it ended before everybody was told: what the content is by now, HIDDEN, AGE_GATED or REMOVED. */
  stopped: Visibility | null;
}

/** expired: ended before anybody was told, so that it is too late to say that they will. */
export interface ExpiringReport {
  told: number;
  expired: number;
}

export interface ReconcileWork {
  /** Of the audit rows. */
  actor: string;
}

/** What a look at all open contents and runs found. */
export interface ReconcileReport {
  contents: number;
  runs: number;
  /** How many differences of each kind. */
  found: Record<string, number>;
  /** Contents that were marked or repaired now: as many as fit into a history. */
  repaired: string[];
}

/** Work that does not come to its end, as Temporal sees it; the run itself hears of an activity's end only. */
export interface RetryingWork {
  activity: keyof Activities;
  /** The next one, or the one that runs. */
  attempt: number;
  /** Of the last failure, or where it waits. */
  message: string;
  /** It waits in a queue where no worker asks; absent: it has failed again and again. */
  code?: 'NO_WORKER';
}

/** How renditions are told to others. */
export interface TranscodedView {
  renditions: RenditionRef[];
  audioTracks: AudioTrackRef[];
  durationSeconds: number;
}

/** Task queues. Media work stays in its residency. */
export const LIFECYCLE_QUEUE = 'lifecycle';
export const CATALOG_QUEUE = 'catalog';
export const mediaQueueOf = (residency: Residency): string => `media.${residency.toLowerCase()}`;

/** The Worker Deployment whose versions are builds of the workflow code. */
export const WORKER_DEPLOYMENT = 'reelway';
