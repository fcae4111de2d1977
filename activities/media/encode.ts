import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReelwayError } from '../../contracts/model/errors';
import type { Rung } from '../../contracts/model/work';
import { checkRendition } from './check-rendition';
import { describeFile } from './digest';
import { renditionArgs, sourceSeconds } from './encode-args';
import { runTool } from './process';
import { ProgressReader, PROGRESS_ARGS, type OnProgress } from './progress';
import type { SourceProbe } from './source-probe';
import { inputArgs, type MediaLimits, type MediaTools } from './tools';

export interface EncodeRungInput {
  readonly source: string;
  /** Where the finished file shall stand; nothing is ever there before it is whole. Its folder must exist. */
  readonly output: string;
  readonly rung: Rung;
  /** Of `source`, as `verifyWhole` returned it. */
  readonly probe: SourceProbe;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Encoder threads; 0, the default, lets the encoder choose. */
  readonly threads?: number | undefined;
}

export interface EncodedRendition {
  readonly label: string;
  readonly kind: 'video' | 'audio';
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly durationSeconds: number;
  /** null for sound. */
  readonly width: number | null;
  readonly height: number | null;
  /** Measured mean, bit/s. */
  readonly bitrate: number;
  /** RFC 6381, such as "avc1.64001f" and "mp4a.40.2". */
  readonly codec: string;
}

/** An encoder of 2160p with many threads takes 2 to 3 GB; more is a source that makes it run away. */
const ENCODER_MEMORY_BYTES = 12 * 1024 ** 3;

/**
 * Makes one rendition: video without sound, or sound alone, as MP4. The file appears under its name only when it is
 * whole, checked and on disk; until then it has another name, and it is removed on failure and abort.
 *
 * Errors: TRANSCODE_FAILED, TRANSCODE_STALLED, RENDITION_INVALID, the abort reason.
 */
export async function encodeRung(input: EncodeRungInput): Promise<EncodedRendition> {
  const part = `${input.output}.part.mp4`;
  try {
    await encode(input, part);
    const { durationSeconds, width, height, codec } = await checkRendition({ ...input, path: part });
    const { bytes, sha256 } = await describeFile(part);
    await settle(part, input.output);
    const { kind, label } = input.rung;
    const bitrate = Math.round((bytes * 8) / durationSeconds);
    return { label, kind, path: input.output, bytes, sha256, durationSeconds, width, height, bitrate, codec };
  } finally {
    await rm(part, { force: true });
  }
}

async function encode(input: EncodeRungInput, part: string): Promise<void> {
  const { source, rung, probe, tools, limits, signal, onProgress } = input;
  const seconds = sourceSeconds(probe, rung.kind);
  const progress = new ProgressReader(seconds, onProgress);
  await runTool({
    command: tools.ffmpeg,
    args: ['-y', ...PROGRESS_ARGS, ...inputArgs(source), ...renditionArgs(input), '-f', 'mp4', `file:${part}`],
    signal,
    stallMs: limits.stallMs,
    onLine: progress.onLine,
    codes: { failed: 'TRANSCODE_FAILED', stalled: 'TRANSCODE_STALLED' },
    caps: { memoryBytes: ENCODER_MEMORY_BYTES, fileBytes: largestOutput(rung.bitrate, seconds) },
  });
  if (!progress.ended) throw new ReelwayError('TRANSCODE_FAILED', 'ffmpeg ended without saying that it had finished.');
}

/** Twice the bits the rung may have, and 64 MiB for short clips and the index. */
const largestOutput = (bitrate: number, seconds: number): number => (bitrate / 8) * seconds * 2 + 64 * 1024 ** 2;

/** On disk before it has its name, and the name on disk before anybody hears of it. */
async function settle(part: string, output: string): Promise<void> {
  await syncPath(part);
  await rename(part, output);
  await syncPath(dirname(output));
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
