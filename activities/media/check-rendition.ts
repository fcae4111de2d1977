import { ReelwayError } from '../../contracts/model/errors';
import type { Rung } from '../../contracts/model/work';
import { sourceSeconds } from './encode-args';
import { number, runFfprobe, text, type Fields } from './ffprobe';
import type { SourceProbe } from './source-probe';
import { durationTolerance, type MediaLimits, type MediaTools } from './tools';

interface CheckRenditionInput {
  readonly path: string;
  readonly rung: Rung;
  readonly probe: SourceProbe;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal | undefined;
}

interface RenditionFacts {
  readonly durationSeconds: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly codec: string;
}

/** Reads an encoded file back and holds it against what was asked for. Error: RENDITION_INVALID. */
export async function checkRendition(input: CheckRenditionInput): Promise<RenditionFacts> {
  const { path, rung, probe, tools, limits, signal } = input;
  const timeoutMs = limits.probeTimeoutMs;
  const codes = { failed: 'RENDITION_INVALID' } as const;
  const { streams } = await runFfprobe({ path, tools, timeoutMs, signal, codes });
  const [stream] = streams;
  if (stream === undefined || streams.length !== 1 || stream['codec_type'] !== rung.kind) {
    throw invalid(rung, `it holds ${String(streams.length)} streams, wanted one of ${rung.kind}`);
  }
  const durationSeconds = number(stream['duration']) ?? 0;
  checkDuration(rung, durationSeconds, probe);
  return { durationSeconds, ...sizeOf(stream, rung), codec: codecOf(stream) };
}

function checkDuration(rung: Rung, seconds: number, probe: SourceProbe): void {
  const wanted = sourceSeconds(probe, rung.kind);
  const off = seconds - wanted;
  const stream = rung.kind === 'video' ? probe.video : probe.audio;
  // Where only the length of the container is known, this stream of it may be the shorter one.
  const tooShort = typeof stream?.endSeconds === 'number' && -off > durationTolerance(wanted);
  if (seconds > 0 && off <= durationTolerance(wanted) && !tooShort) return;
  throw invalid(rung, `it lasts ${seconds.toFixed(2)} s, its source ${wanted.toFixed(2)} s`);
}

function sizeOf(stream: Fields, rung: Rung): { width: number | null; height: number | null } {
  if (rung.kind === 'audio') return { width: null, height: null };
  const width = number(stream['width']);
  const height = number(stream['height']);
  if (width === rung.width && height === rung.height) return { width, height };
  throw invalid(rung, `it is ${String(width)}x${String(height)}, wanted ${String(rung.width)}x${String(rung.height)}`);
}

const codecOf = (stream: Fields): string =>
  text(stream['mime_codec_string']) ?? text(stream['codec_name']) ?? 'unknown';

const invalid = ({ label }: Rung, why: string): ReelwayError =>
  new ReelwayError('RENDITION_INVALID', `The rendition ${label} is not right: ${why}.`);
