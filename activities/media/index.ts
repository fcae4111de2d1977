/** Media work on local files: probe, plan, encode, package, verify. No Temporal, no database, no object store in here. */
export { blamed } from './blame';
export { checkSource } from './check-source';
export type { ContentKey } from './content-key';
export { encodeRung, type EncodedRendition } from './encode';
export { planLadder } from './ladder';
export { packageSet, type PackagedSet } from './package';
export { probeSource } from './probe';
export type { PackageTrack, Scheme } from './set';
export type { SourceAudio, SourceProbe, SourceVideo } from './source-probe';
export { DEFAULT_LIMITS, type MediaLimits, type MediaTools } from './tools';
export { verifyManifest, verifySet } from './verify-set';
export { verifyWhole } from './verify-whole';
