import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Manifests } from '../../contracts/model/lifecycle';
import type { ContentKey, KeyStore, ObjectStore } from '../../contracts/model/ports';
import type { MediaTools, Scheme } from '../../activities/media';
import { verifyManifest, type VerifiedSet } from '../../activities/media/verify-set';
import { ReelwayError } from '../../contracts/model/errors';
import { messageOf } from '../../platform/errors';

/** What a player would find. verified null: the set is not usable, `problem` says why. */
export interface ManifestCheck {
  /** Its object key. */
  readonly key: string;
  readonly scheme: Scheme;
  readonly verified: VerifiedSet | null;
  readonly wrongKeyRefused: boolean;
  readonly problem: string | null;
}

export interface ManifestDeps {
  readonly objects: ObjectStore;
  readonly keys: KeyStore;
  readonly tools: MediaTools;
  /** Existing folder for copies; everything is removed from it at the end. */
  readonly tempDir: string;
  readonly signal?: AbortSignal | undefined;
}

/** Fetches both sets from the object store and holds them against the key behind their cek_id, and against a wrong one. */
export async function checkManifests(
  deps: ManifestDeps,
  { hls, dash, cekId }: Manifests,
): Promise<Record<'hls' | 'dash', ManifestCheck>> {
  if (cekId === null) throw new ReelwayError('DEMO_FAILED', 'The packaged sets name no content key.');
  const key = await deps.keys.unwrap(cekId);
  return {
    hls: await checkManifest(deps, hls, 'cbcs', key),
    dash: await checkManifest(deps, dash, 'cenc', key),
  };
}

async function checkManifest(
  { objects, tools, tempDir, signal }: ManifestDeps,
  manifest: string,
  scheme: Scheme,
  key: ContentKey,
): Promise<ManifestCheck> {
  const folder = await mkdtemp(join(tempDir, 'demo-'));
  try {
    await fetchFolder(objects, posix.dirname(manifest), join(folder, 'set'), signal);
    const manifestPath = join(folder, 'set', posix.basename(manifest));
    const verify = (with_: Pick<ContentKey, 'keyId' | 'key'>): Promise<VerifiedSet> =>
      verifyManifest({ manifestPath, scheme, key: with_, tools, signal, workDir: folder });
    const verified = await verify(key);
    const wrongKeyRefused = await isRefused(() => verify({ keyId: key.keyId, key: otherKey(key.key) }));
    const problem = wrongKeyRefused ? null : 'it also plays with a wrong key';
    return { key: manifest, scheme, verified, wrongKeyRefused, problem };
  } catch (error) {
    signal?.throwIfAborted();
    return { key: manifest, scheme, verified: null, wrongKeyRefused: false, problem: messageOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchFolder(
  objects: ObjectStore,
  prefix: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const key of await objects.list(prefix)) {
    const path = join(folder, posix.relative(prefix, key));
    await mkdir(join(path, '..'), { recursive: true });
    await objects.fetch(key, path, signal && { signal });
  }
}

/** The same but for one digit, so that nothing but the key itself can be why it fails. */
const otherKey = (hex: string): string => hex.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));

/** Any other failure (no ffmpeg, no disk) is no answer to the question. */
async function isRefused(verify: () => Promise<unknown>): Promise<boolean> {
  try {
    await verify();
    return false;
  } catch (error) {
    if (error instanceof ReelwayError && error.code === 'PACKAGE_INVALID') return true;
    throw error;
  }
}
