import { lstat, open } from 'node:fs/promises';
import { ReelwayError, type ErrorCode } from '../../contracts/model/errors';
import { runFfprobe, type RawProbe } from './ffprobe';
import { toSourceProbe, type SourceProbe } from './source-probe';
import { ToolError } from './tool-error';
import type { MediaLimits, MediaTools } from './tools';

export interface ProbeSourceInput {
  /** A local regular file, under a name of our own. */
  readonly path: string;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the source claims to be. It believes the file's headers: a file cut in the middle passes, `verifyWhole` finds it.
 *
 * Errors: SOURCE_EMPTY, SOURCE_UNREADABLE, SOURCE_TRUNCATED (an MP4 without its index), SOURCE_OVER_LIMIT,
 * PROBE_FAILED (time-out, or no such file).
 */
export async function probeSource({ path, tools, limits, signal }: ProbeSourceInput): Promise<SourceProbe> {
  const bytes = await sizeOf(path);
  if (bytes === 0) throw new ReelwayError('SOURCE_EMPTY');
  if (bytes > limits.maxBytes) throw overLimit(`${String(bytes)} bytes`, limits.maxBytes);
  const raw = await examine({ path, tools, limits, signal });
  const probe = toSourceProbe(raw, bytes);
  checkLimits(probe, limits);
  if (probe.video === null && probe.audio === null) {
    throw new ReelwayError('SOURCE_UNREADABLE', 'The file has neither a video nor an audio stream.');
  }
  return probe;
}

/** A link or a device would make ffprobe read something that was never uploaded. */
async function sizeOf(path: string): Promise<number> {
  const stats = await lstat(path).catch((cause: unknown) => {
    throw new ReelwayError('PROBE_FAILED', 'The local copy of the source is not there.', { cause });
  });
  if (!stats.isFile()) throw new ReelwayError('SOURCE_UNREADABLE', 'The source is not a regular file.');
  return stats.size;
}

async function examine({ path, tools, limits, signal }: ProbeSourceInput): Promise<RawProbe> {
  try {
    const codes = { failed: 'SOURCE_UNREADABLE', timedOut: 'PROBE_FAILED' } as const;
    return await runFfprobe({ path, tools, timeoutMs: limits.probeTimeoutMs, signal, codes });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ReelwayError(await codeOf(error, path), error.message, { cause: error });
  }
}

async function codeOf({ code, end, stderr }: ToolError, path: string): Promise<ErrorCode> {
  // A killed or crashed ffprobe says nothing about the file: ours, not the creator's.
  if (end === 'signal') return 'PROBE_FAILED';
  // An MP4 has its index at the end unless it was moved: without one the upload stopped early. ffprobe says the same
  // of any text whose name ends in .mp4.
  return stderr.includes('moov atom not found') && (await startsAsMp4(path)) ? 'SOURCE_TRUNCATED' : code;
}

async function startsAsMp4(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(8) });
    return /^(ftyp|mdat|wide|free|skip)$/.test(buffer.toString('latin1', 4));
  } finally {
    await file.close();
  }
}

function checkLimits({ video, durationSeconds, streams }: SourceProbe, limits: MediaLimits): void {
  if (streams > limits.maxStreams) throw overLimit(`${String(streams)} streams`, limits.maxStreams);
  if (durationSeconds > limits.maxDurationSeconds) throw durationOverLimit(durationSeconds, limits);
  const pixels = video === null ? 0 : Math.max(video.codedWidth * video.codedHeight, video.width * video.height);
  if (pixels > limits.maxPixels) throw overLimit(`${String(pixels)} pixels`, limits.maxPixels);
}

export const durationOverLimit = (seconds: number, limits: MediaLimits): ReelwayError =>
  overLimit(`${String(Math.round(seconds))} seconds`, limits.maxDurationSeconds);

const overLimit = (what: string, limit: number): ReelwayError =>
  new ReelwayError('SOURCE_OVER_LIMIT', `The source has ${what}; the limit is ${String(limit)}.`);
