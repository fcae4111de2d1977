import type { DecisionRecord, Manifests, OpenFlag, Upload } from './lifecycle';
import type { Stage, Visibility } from './status';
import type { TranscodedView, TranscodeResult, VerifyUploadResult } from './work';

/** Commands that begin a generation, or end what one made visible. */
export const FINISHED_VERBS = ['takedown', 'restore', 'reprocess'] as const;
export type FinishedVerb = (typeof FINISHED_VERBS)[number];

/** Where a reprocess may begin; publication has nothing to do anew. */
export const REPROCESS_STAGES = ['upload', 'transcode', 'moderate', 'package'] as const satisfies readonly Stage[];
export type ReprocessStage = (typeof REPROCESS_STAGES)[number];

/** What viewers have while a generation works beside it. */
export interface LiveSet {
  manifests: Manifests;
  visibility: Visibility;
}

/** What a generation that a person began takes over from those before it. */
export interface TakenOver {
  revision: number;
  upload: Upload;
  /** Stages that are not done again. */
  done: Stage[];
  /** The stage that is done anew although what goes into it is the same; null: none is. */
  anew: Stage | null;
  source: VerifyUploadResult | null;
  encoded: TranscodeResult[];
  transcoded: TranscodedView | null;
  manifests: Manifests | null;
  visibility: Visibility;
  /** Null: viewers see nothing until this generation publishes. */
  live: LiveSet | null;
  /** A decision that stands, and is recorded. */
  decision: (DecisionRecord & { by: 'auto' | 'skip' | 'person' }) | null;
  checkedVersion: number | null;
  flags: OpenFlag[];
  /** It was removed by a decision or with flags open: only a person lets it be seen again. */
  review: boolean;
  /** Number of the package set that this generation makes, if it makes one. */
  packageSet: number;
}
