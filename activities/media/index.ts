/** Media work on local files: probe, plan, encode, package, verify. No Temporal, no database, no object store in here. */
export { checkSource, type CheckSourceInput } from './check-source';
export type { ContentKey } from './content-key';
export { describeFile } from './digest';
export { encodeRung, type EncodedRendition, type EncodeRungInput } from './encode';
export { planLadder, type AudioRung, type LadderPlan, type Rung, type VideoRung } from './ladder';
export { packageSet, type PackagedSet, type PackageSetInput } from './package';
export { probeSource, type ProbeSourceInput } from './probe';
export type { OnProgress } from './progress';
export type { PackageTrack, Scheme } from './set';
export type { SetFile } from './set-files';
export type { SourceAudio, SourceProbe, SourceVideo } from './source-probe';
export { DEFAULT_LIMITS, type MediaLimits, type MediaTools } from './tools';
export { verifyWhole, type VerifyWholeInput } from './verify-whole';
export {
  verifyManifest,
  verifySet,
  type VerifiedSet,
  type VerifiedTrack,
  type VerifyManifestInput,
  type VerifySetInput,
} from './verify-set';
