import { inputArgs, type MediaTools } from './tools';
import { runTool } from './process';
import type { ToolCodes } from './tool-error';

/** A value of ffprobe's JSON: nothing about it is promised, so every field is read with a guard. */
export type Fields = Readonly<Record<string, unknown>>;

export interface RawProbe {
  readonly format: Fields;
  readonly streams: readonly Fields[];
  /** ffprobe found no duration in the file and computed one from the bit rate. */
  readonly durationGuessed: boolean;
}

export interface RunFfprobeInput {
  readonly path: string;
  readonly tools: MediaTools;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly codes: ToolCodes;
}

/** Decoders that examine a hostile file get this much address space, so that it cannot take the worker's memory. */
const PROBE_MEMORY_BYTES = 4 * 1024 ** 3;

/** What ffprobe says about the container and its streams, without decoding more than the first frames. */
export async function runFfprobe({ path, tools, timeoutMs, signal, codes }: RunFfprobeInput): Promise<RawProbe> {
  const { stdout, stderr } = await runTool({
    command: tools.ffprobe,
    args: ['-v', 'warning', '-of', 'json', '-show_format', '-show_streams', ...inputArgs(path)],
    timeoutMs,
    signal,
    codes,
    caps: { memoryBytes: PROBE_MEMORY_BYTES },
  });
  const answer = fields(JSON.parse(stdout));
  const streams = answer['streams'];
  return {
    format: fields(answer['format']),
    streams: Array.isArray(streams) ? streams.map(fields) : [],
    durationGuessed: stderr.includes('Estimating duration from bitrate'),
  };
}

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** ffprobe gives many numbers as text, and "N/A" for none. */
export function number(value: unknown): number | null {
  const parsed = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isFinite(parsed) ? parsed : null;
}

/** "30000/1001" as {num, den}; null for "0/0". */
export function ratio(value: unknown, separator = '/'): { num: number; den: number } | null {
  const [num, den] = (text(value) ?? '').split(separator).map(Number);
  if (num === undefined || den === undefined || !(num > 0) || !(den > 0)) return null;
  return { num, den };
}

/** Matroska keeps a stream's duration in a tag: "00:00:05.280000000". */
export function clock(value: unknown): number | null {
  const [hours, minutes, seconds] = (text(value) ?? '').split(':').map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  return number(hours * 3600 + minutes * 60 + seconds);
}
