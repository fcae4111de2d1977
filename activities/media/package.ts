import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import { flagOf, type ContentKey } from './content-key';
import { listFiles, type SetFile } from './set-files';
import { packagerArgs } from './package-args';
import { runTool } from './process';
import { MANIFEST, type PackageTrack, type Scheme } from './set';
import type { MediaTools } from './tools';

export interface PackageSetInput {
  readonly scheme: Scheme;
  readonly inputs: readonly PackageTrack[];
  /** The same for all tracks. */
  readonly key: ContentKey;
  /** Made where missing; must be empty. Its parent takes a private work folder for the time of the call. */
  readonly outDir: string;
  readonly tools: MediaTools;
  /** Stands in HLS playlists as it is. Must not hold the key. */
  readonly hlsKeyUri: string;
  /** Default 4; a multiple of the 2 s between key frames. */
  readonly segmentSeconds?: number | undefined;
  /** Of the whole run, in ms. Default one hour. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PackagedSet {
  readonly scheme: Scheme;
  readonly dir: string;
  /** Relative to `dir`. */
  readonly manifest: string;
  /** All files of the set, the manifests last: upload in this order, and nothing names what is not there yet. */
  readonly files: readonly SetFile[];
  readonly labels: readonly string[];
}

/** Packaging copies and encrypts at about 100 MB/s; an hour is for the largest sources on the slowest disks. */
const PACKAGE_TIMEOUT_MS = 3_600_000;

const PACKAGE_MEMORY_BYTES = 8 * 1024 ** 3;

/**
 * Segments and encrypts renditions into one set. The key reaches the packager in a file of mode 0600 in a private
 * folder that is gone when this settles; it is never on a command line or in an error.
 *
 * Errors: PACKAGE_FAILED, the abort reason.
 */
export async function packageSet(input: PackageSetInput): Promise<PackagedSet> {
  checkInput(input);
  const outDir = resolve(input.outDir);
  await mkdir(outDir, { recursive: true });
  const workDir = await mkdtemp(join(dirname(outDir), '.pack-'));
  try {
    await runPackager(input, outDir, workDir);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return describeSet(input, outDir);
}

async function runPackager(input: PackageSetInput, outDir: string, workDir: string): Promise<void> {
  const { scheme, inputs, key, hlsKeyUri, segmentSeconds = 4, tools, signal, timeoutMs = PACKAGE_TIMEOUT_MS } = input;
  const flagFile = join(workDir, 'flags');
  await writeFile(flagFile, flagOf(key), { mode: 0o600, flag: 'wx' });
  const work = relative(outDir, workDir);
  const tracks = await Promise.all(inputs.map((track, index) => linked(track, index, workDir, work)));
  await runTool({
    command: tools.packager,
    args: packagerArgs({ scheme, tracks, flagFile: join(work, basename(flagFile)), hlsKeyUri, segmentSeconds }),
    cwd: outDir,
    signal,
    timeoutMs,
    codes: { failed: 'PACKAGE_FAILED' },
    caps: { memoryBytes: PACKAGE_MEMORY_BYTES },
    redact: [key.key],
  });
}

/** A path with a comma or a "=" would end the packager's stream descriptor: it gets a link with a name of ours. */
async function linked(track: PackageTrack, index: number, workDir: string, work: string): Promise<PackageTrack> {
  const name = `in${String(index)}.mp4`;
  await symlink(resolve(track.path), join(workDir, name));
  return { ...track, path: join(work, name) };
}

function checkInput({ inputs, key, hlsKeyUri }: PackageSetInput): void {
  const labels = inputs.map(({ label }) => label);
  if (labels.length === 0) throw failed('there is no rendition to package');
  if (new Set(labels).size !== labels.length) throw failed(`a label is there twice: ${labels.join(', ')}`);
  const unsafe = labels.find((label) => !/^[A-Za-z0-9_-]{1,64}$/.test(label));
  if (unsafe !== undefined) throw failed(`the label ${JSON.stringify(unsafe)} is not a plain name`);
  if (hlsKeyUri.toLowerCase().includes(key.key.toLowerCase())) throw failed('the key URI holds the key');
}

async function describeSet({ scheme, inputs }: PackageSetInput, dir: string): Promise<PackagedSet> {
  const files = await listFiles(dir);
  const present = new Set(files.map(({ path }) => path));
  const wanted = [MANIFEST[scheme], ...inputs.map(({ label }) => `${label}/init.mp4`)];
  const lacking = wanted.find((path) => !present.has(path));
  if (lacking !== undefined) throw failed(`the packager wrote no ${lacking}`);
  return { scheme, dir, manifest: MANIFEST[scheme], files, labels: inputs.map(({ label }) => label) };
}

const failed = (why: string): ReelwayError => new ReelwayError('PACKAGE_FAILED', `The set was not packaged: ${why}.`);
