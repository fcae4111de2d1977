import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { flagOf, type ContentKey } from './content-key';
import { runTool } from './process';
import { setInvalid } from './set-invalid';
import { ToolError } from './tool-error';
import { inputArgs, type MediaTools } from './tools';

/** An init segment and the segment to try it with. */
export interface EncryptedSample {
  readonly label: string;
  readonly kind: 'video' | 'audio';
  readonly initPath: string;
  readonly segmentPath: string;
}

export interface DecryptInput {
  readonly samples: readonly EncryptedSample[];
  readonly key: ContentKey;
  readonly tools: MediaTools;
  readonly signal?: AbortSignal | undefined;
  readonly workDir: string;
}

/** A segment of a few seconds takes well under a second for either tool. */
const SAMPLE_TIMEOUT_MS = 60_000;

const CODES = { failed: 'PACKAGE_INVALID' } as const;

/**
 * Decrypts one segment per representation and decodes it; returns the frames of each. The packager decrypts, because it
 * takes the key from a file: ffmpeg takes one on its command line only. It does not notice a wrong key, the decoder does.
 *
 * Error: PACKAGE_INVALID.
 */
export async function decryptAndCount(input: DecryptInput): Promise<number[]> {
  const dir = await mkdtemp(join(input.workDir, '.verify-'));
  try {
    await decrypt(input, dir);
    const frames: number[] = [];
    for (const [index, { label }] of input.samples.entries()) {
      frames.push(await countFrames(input, join(dir, clearName(index)), label));
    }
    return frames;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const clearName = (index: number): string => `clear${String(index)}.mp4`;

async function decrypt({ samples, key, tools, signal }: DecryptInput, dir: string): Promise<void> {
  await writeFile(join(dir, 'flags'), flagOf(key), { mode: 0o600, flag: 'wx' });
  const streams: string[] = [];
  for (const [index, { kind, initPath, segmentPath }] of samples.entries()) {
    const name = `sample${String(index)}.mp4`;
    await concatenate(initPath, segmentPath, join(dir, name));
    streams.push(`in=${name},stream=${kind},output=${clearName(index)}`);
  }
  await runTool({
    command: tools.packager,
    // Without temp_dir it keeps clear bytes in the system's folder for temporary files.
    args: [...streams, '--enable_raw_key_decryption', '--flagfile', 'flags', '--temp_dir', '.', '--quiet'],
    cwd: dir,
    signal,
    timeoutMs: SAMPLE_TIMEOUT_MS,
    codes: CODES,
    redact: [key.key],
  });
}

async function concatenate(init: string, segment: string, target: string): Promise<void> {
  await pipeline(createReadStream(init), createWriteStream(target));
  await pipeline(createReadStream(segment), createWriteStream(target, { flags: 'a' }));
}

async function countFrames({ tools, signal }: DecryptInput, path: string, label: string): Promise<number> {
  let frames = 0;
  const onLine = (line: string): boolean => {
    // One line per frame; lines of the header start with "#".
    if (!line.startsWith('#') && line !== '') frames += 1;
    return true;
  };
  await runTool({
    command: tools.ffmpeg,
    args: ['-nostdin', '-v', 'error', '-xerror', '-err_detect', 'explode', ...inputArgs(path), '-f', 'framecrc', '-'],
    signal,
    timeoutMs: SAMPLE_TIMEOUT_MS,
    onLine,
    codes: CODES,
  }).catch((error: unknown) => {
    throw error instanceof ToolError && error.end === 'exit' ? setInvalid(`${label} does not decode`, error) : error;
  });
  if (frames === 0) throw setInvalid(`${label} decodes to no frame`);
  return frames;
}
