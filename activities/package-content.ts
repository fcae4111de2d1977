import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { ContentKey } from '../contracts/model/ports';
import type { PackageInput, PackageResult, TranscodeResult, WorkPlace } from '../contracts/model/work';
import type { Output } from '../platform/postgres/outputs';
import { guardResidency, type Attempt, type Tell } from './attempt';
import type { ActivityDeps } from './deps';
import { sha256Of } from './local-copy';
import { packageSet, verifySet, type PackagedSet, type PackageTrack, type Scheme } from './media';
import { inputHash, outputId, recordFirst, reusable, takenOver, variantPrefix } from './recorded';

/** Raise it with every change of media/package-args that changes what comes out: old sets are not found then. */
const PACKAGER_SETTINGS = 'cenc-dash+cbcs-hls/1';

/** Where each set lies below the attempt's prefix. */
const FOLDERS: Record<Scheme, string> = { cenc: 'dash', cbcs: 'hls' };

/** The packager, its verification and the hashes do 100 MB/s; a tenth of that, and start-up, before it counts as stuck. */
const SLOWEST_BYTES_PER_MS = 10_000;
const LEAST_WORK_MS = 120_000;

/** Segments are many and small: a few at a time hide the disk's latency. */
const STORES_AT_ONCE = 4;

/**
 * Makes both encrypted sets, cenc with DASH and cbcs with HLS, from the same renditions and under one key. Nothing is
 * stored before both were verified. The manifests in the result are object keys.
 */
export async function packageContent(
  deps: ActivityDeps,
  attempt: Attempt,
  input: PackageInput,
): Promise<PackageResult> {
  const { place, set, renditions } = input;
  guardResidency(deps, place.residency);
  const ingredients = renditions.map(({ rung, sha256, lang }) => [rung.label, sha256, lang]).sort();
  const id = outputId(place, 'package', `s${String(set)}`, inputHash([ingredients, PACKAGER_SETTINGS]));
  const found = await reusable(deps, id);
  if (found !== null) return resultOf(found, true);
  const earlier = input.takeOver ? await takenOver(deps, id) : null;
  if (earlier !== null) return { ...resultOf(earlier, true), takenOver: true };

  const key = await deps.keys.contentKey({ contentId: place.contentId, packageSet: setName(place, set) });
  const prefix = `${variantPrefix(place, 'package', id.variant)}/${attempt.token}`;
  const { sets, files } = await attempt.pulse(
    { percent: 0, label: 'fetch' },
    longestStepMs(renditions),
    async (tell) => {
      const made = await makeSets(deps, attempt, input, key, tell);
      return { sets: made, files: await storeSets(deps, attempt, made, prefix, tell) };
    },
  );
  // With what it was made of: a later generation packages that again.
  const meta = { manifests: manifestsOf(sets, prefix, key.cekId), renditions: renditions.map((one) => one.key) };
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const keys = files.map((file) => file.key);
  const standing = await recordFirst(deps, place, {
    ...{ ...id, keys, bytes, sha256: digestOf(sets), attempt: attempt.number, meta },
  });
  return resultOf(standing, standing.keys[0] !== keys[0]);
}

function resultOf({ meta }: Output, reused: boolean): PackageResult {
  return { manifests: (meta as PackageResult).manifests, reused };
}

const longestStepMs = (renditions: TranscodeResult[]): number =>
  LEAST_WORK_MS + Math.ceil(renditions.reduce((sum, { bytes }) => sum + bytes, 0) / SLOWEST_BYTES_PER_MS);

/** One content key per content, upload and package set. */
const setName = ({ generation, revision }: WorkPlace, set: number): string =>
  `g${String(generation)}r${String(revision)}s${String(set)}`;

async function makeSets(
  deps: ActivityDeps,
  attempt: Attempt,
  { place, renditions }: PackageInput,
  key: ContentKey,
  tell: Tell,
): Promise<PackagedSet[]> {
  const folder = await attempt.folder(place.residency);
  const inputs: PackageTrack[] = [];
  for (const rendition of renditions) inputs.push(await fetchTrack(deps, attempt, rendition, folder, tell));
  const timeoutMs = longestStepMs(renditions);
  const make = async (scheme: Scheme, percent: number): Promise<PackagedSet> => {
    tell(percent, FOLDERS[scheme]);
    const common = { inputs, key, tools: deps.tools, signal: attempt.signal };
    // Players ask for the key by its id; the URI names it for those that only read playlists.
    const hlsKeyUri = `skd://${key.cekId}`;
    const made = await packageSet({ ...common, scheme, outDir: join(folder, FOLDERS[scheme]), hlsKeyUri, timeoutMs });
    await verifySet({ ...common, set: made, workDir: folder });
    return made;
  };
  return [await make('cenc', 20), await make('cbcs', 50)];
}

/** The very bytes that were recorded: a rendition that was removed or changed since is not packaged. */
async function fetchTrack(
  { objects }: ActivityDeps,
  attempt: Attempt,
  { rung, key, sha256, lang }: TranscodeResult,
  folder: string,
  tell: Tell,
): Promise<PackageTrack> {
  const path = join(folder, `${rung.label}.mp4`);
  const onBytes = (): void => {
    tell(5, rung.label);
  };
  const options = { signal: attempt.signal, onBytes };
  if ((await objects.stat(key)) === null) throw unusable(rung.label, 'is not in the object store');
  await objects.fetch(key, path, options);
  if ((await sha256Of(path, options)) !== sha256) throw unusable(rung.label, 'is not the one that was recorded');
  return { label: rung.label, path, kind: rung.kind, ...(rung.kind === 'audio' ? { lang } : {}) };
}

const unusable = (label: string, why: string): ReelwayError =>
  new ReelwayError('PACKAGE_FAILED', `The rendition ${label} ${why}.`, {
    hint: 'Put the rendition back under its key and retry the package stage, or cancel and upload under a new content id.',
  });

/** In the order of the sets: manifests last, so that nothing names what is not there yet. */
async function storeSets(
  { objects }: ActivityDeps,
  attempt: Attempt,
  sets: PackagedSet[],
  prefix: string,
  tell: Tell,
): Promise<{ key: string; bytes: number }[]> {
  const files = sets.flatMap((set) =>
    set.files.map(({ path, bytes }) => ({
      key: `${prefix}/${FOLDERS[set.scheme]}/${path}`,
      bytes,
      from: join(set.dir, path),
    })),
  );
  for (let done = 0; done < files.length; done += STORES_AT_ONCE) {
    attempt.signal.throwIfAborted();
    const some = files.slice(done, done + STORES_AT_ONCE);
    await Promise.all(some.map(({ key, from }) => objects.store(key, from)));
    tell(80 + (20 * done) / files.length, 'store');
  }
  return files;
}

function manifestsOf(sets: PackagedSet[], prefix: string, cekId: string): PackageResult['manifests'] {
  const pathOf = (scheme: Scheme): string => {
    const made = sets.find((set) => set.scheme === scheme);
    return `${prefix}/${FOLDERS[scheme]}/${made?.manifest ?? ''}`;
  };
  return { hls: pathOf('cbcs'), dash: pathOf('cenc'), cekId };
}

/** One digest for all files of both sets. */
function digestOf(sets: PackagedSet[]): string {
  const lines = sets.flatMap(({ scheme, files }) => files.map(({ path, sha256 }) => `${scheme} ${path} ${sha256}`));
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
