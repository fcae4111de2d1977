import { ReelwayError } from '../../contracts/model/errors';
import { durationOverLimit } from './probe';
import { scanPackets } from './packets';
import { runTool } from './process';
import { ProgressReader, PROGRESS_ARGS, type OnProgress } from './progress';
import type { SourceProbe } from './source-probe';
import { ToolError } from './tool-error';
import { durationTolerance, inputArgs, type MediaLimits, type MediaTools } from './tools';

export interface VerifyWholeInput {
  readonly path: string;
  readonly probe: SourceProbe;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Decodes the whole file once. Returns the probe with what the headers did not say (durations of browser recordings,
 * of MP3 without a header) measured: plan and encode with the returned one.
 *
 * Errors: SOURCE_TRUNCATED, SOURCE_CORRUPT, SOURCE_OVER_LIMIT (longer than it claims), PROBE_FAILED (no progress).
 */
export async function verifyWhole(input: VerifyWholeInput): Promise<SourceProbe> {
  const { probe, limits } = input;
  const decoded = await decode(input).catch(async (error: unknown) => {
    throw error instanceof ToolError && error.end === 'exit' ? await diagnose(input, error) : error;
  });
  if (decoded > limits.maxDurationSeconds) throw durationOverLimit(decoded, limits);
  if (probe.durationDeclared && isShort(decoded, probe.durationSeconds)) throw truncated(decoded, probe);
  return measured(input, decoded);
}

/** The decoded seconds. Two extra seconds past the limit show that the file is over it without decoding it all. */
async function decode({ path, probe, tools, limits, signal, onProgress }: VerifyWholeInput): Promise<number> {
  const progress = new ProgressReader(probe.durationSeconds, onProgress);
  const chosen = [probe.video, probe.audio].flatMap((stream) => (stream === null ? [] : [`0:${String(stream.index)}`]));
  await runTool({
    command: tools.ffmpeg,
    args: [
      ...PROGRESS_ARGS,
      ...['-xerror', '-err_detect', 'explode'],
      ...inputArgs(path),
      ...chosen.flatMap((stream) => ['-map', stream]),
      // Frames pass as they come: a jump of the clock would else be filled with millions of copies.
      ...['-fps_mode', 'passthrough', '-t', String(limits.maxDurationSeconds + 2), '-f', 'null', '-'],
    ],
    signal,
    stallMs: limits.stallMs,
    onLine: progress.onLine,
    codes: { failed: 'SOURCE_CORRUPT', stalled: 'PROBE_FAILED' },
  });
  return progress.outTimeSeconds;
}

/** A decoder fails on a cut file as on a damaged one; only the packets tell whether the end is missing. */
async function diagnose(input: VerifyWholeInput, error: ToolError): Promise<ReelwayError> {
  const { probe } = input;
  const present = Math.max(0, ...(await scanPackets(input)).values());
  if (probe.durationDeclared && isShort(present, probe.durationSeconds)) return truncated(present, probe, error);
  return new ReelwayError('SOURCE_CORRUPT', error.message, { cause: error });
}

const isShort = (seconds: number, declared: number): boolean => seconds < declared - durationTolerance(declared);

const truncated = (present: number, { durationSeconds }: SourceProbe, cause?: unknown): ReelwayError =>
  new ReelwayError(
    'SOURCE_TRUNCATED',
    `The file ends after ${present.toFixed(1)} s of ${durationSeconds.toFixed(1)} s.`,
    { cause },
  );

async function measured(input: VerifyWholeInput, decoded: number): Promise<SourceProbe> {
  const { probe } = input;
  const known = [probe.video, probe.audio].every((stream) => stream === null || stream.endSeconds !== null);
  if (known && probe.durationDeclared) return probe;
  const ends = await scanPackets(input);
  return {
    ...probe,
    durationSeconds: probe.durationDeclared ? probe.durationSeconds : decoded,
    durationDeclared: true,
    video: probe.video && { ...probe.video, endSeconds: ends.get(probe.video.index) ?? null },
    audio: probe.audio && { ...probe.audio, endSeconds: ends.get(probe.audio.index) ?? null },
  };
}
