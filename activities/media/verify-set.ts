import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readProtection } from './boxes';
import type { ContentKey } from './content-key';
import { decryptAndCount, type EncryptedSample } from './decrypt';
import { readManifest, type ManifestTrack } from './manifest';
import type { PackagedSet } from './package';
import type { PackageTrack, Scheme } from './set';
import { setInvalid } from './set-invalid';
import type { MediaTools } from './tools';

export interface VerifyManifestInput {
  /** A DASH manifest for cenc, an HLS master playlist for cbcs; its files stand beside and below it. */
  readonly manifestPath: string;
  readonly scheme: Scheme;
  readonly key: ContentKey;
  readonly tools: MediaTools;
  readonly signal?: AbortSignal | undefined;
  /** Existing folder that takes a private one with clear samples while this runs. Default: where the set's folder is. */
  readonly workDir?: string | undefined;
}

export interface VerifiedTrack {
  readonly label: string;
  readonly kind: 'video' | 'audio';
  /** How many media segments the manifest names. */
  readonly segments: number;
  /** Decoded from its largest segment. */
  readonly frames: number;
}

export interface VerifiedSet {
  readonly representations: number;
  readonly segments: number;
  readonly frames: number;
  readonly tracks: readonly VerifiedTrack[];
}

export interface VerifySetInput extends Omit<VerifyManifestInput, 'manifestPath' | 'scheme'> {
  readonly set: PackagedSet;
  /** What was packaged: the set must have exactly these labels and kinds. */
  readonly inputs: readonly Pick<PackageTrack, 'label' | 'kind'>[];
}

/** `verifyManifest` for a set just packaged, and that no rendition of it is lacking or foreign. */
export async function verifySet({ set, inputs, ...rest }: VerifySetInput): Promise<VerifiedSet> {
  const manifestPath = join(set.dir, set.manifest);
  const verified = await verifyManifest({ ...rest, manifestPath, scheme: set.scheme });
  const names = (tracks: readonly Pick<PackageTrack, 'label' | 'kind'>[]): string =>
    tracks
      .map(({ label, kind }) => `${kind} ${label}`)
      .sort()
      .join(', ');
  const [wanted, found] = [names(inputs), names(verified.tracks)];
  if (wanted !== found) throw setInvalid(`it holds ${found}, wanted ${wanted}`);
  return verified;
}

/**
 * Holds a packaged set against its key: the manifest can be parsed, every segment that it names is there, every init
 * segment has the scheme and the key id, and the largest segment of every representation decrypts and decodes.
 *
 * Errors: PACKAGE_INVALID (also for a wrong key), TOOL_MISSING, the abort reason.
 */
export async function verifyManifest(input: VerifyManifestInput): Promise<VerifiedSet> {
  const { manifestPath, scheme, key, tools, signal } = input;
  const tracks = await readManifest({ manifestPath, scheme, keyId: key.keyId });
  const samples = await Promise.all(tracks.map((track) => checkTrack(track, scheme, key.keyId)));
  const workDir = input.workDir ?? dirname(dirname(resolve(manifestPath)));
  const frames = await decryptAndCount({ samples, key, tools, signal, workDir });
  const verified = tracks.map(({ label, segmentPaths }, index): VerifiedTrack => ({
    label,
    kind: samples[index]?.kind ?? 'video',
    segments: segmentPaths.length,
    frames: frames[index] ?? 0,
  }));
  return {
    representations: verified.length,
    segments: verified.reduce((sum, track) => sum + track.segments, 0),
    frames: verified.reduce((sum, track) => sum + track.frames, 0),
    tracks: verified,
  };
}

async function checkTrack(track: ManifestTrack, scheme: Scheme, keyId: string): Promise<EncryptedSample> {
  const { label, initPath, segmentPaths } = track;
  const wanted = keyId.toLowerCase();
  const init = await readFile(initPath).catch((cause: unknown) => {
    throw setInvalid(`the init segment of ${label} is missing`, cause);
  });
  const found = readProtection(init);
  if (found.scheme !== scheme) throw setInvalid(`${label} is encrypted with ${found.scheme}, wanted ${scheme}`);
  if (found.keyId !== wanted) throw setInvalid(`${label} has key id ${found.keyId}, wanted ${wanted}`);
  if (!found.psshKeyIds.includes(wanted)) throw setInvalid(`no pssh box of ${label} names its key id`);
  return { label, kind: found.kind, initPath, segmentPath: await largest(label, segmentPaths) };
}

/** Black or silent segments are so small that parts stay clear under cbcs: the largest one shows a wrong key best. */
async function largest(label: string, paths: readonly string[]): Promise<string> {
  let best = { path: '', bytes: 0 };
  for (const path of paths) {
    const { size } = await stat(path).catch((cause: unknown) => {
      throw setInvalid(`a segment of ${label} is missing: ${path}`, cause);
    });
    if (size === 0) throw setInvalid(`a segment of ${label} is empty: ${path}`);
    if (size > best.bytes) best = { path, bytes: size };
  }
  return best.path;
}
