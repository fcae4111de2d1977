import { runTool } from './process';
import { ToolError } from './tool-error';
import { inputArgs, type MediaLimits, type MediaTools } from './tools';

export interface ScanPacketsInput {
  readonly path: string;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where each stream ends, in seconds from the first packet of the file, by stream index: reads every packet, decodes
 * none. A file that cannot be read to its end gives what could be read.
 */
export async function scanPackets({ path, tools, limits, signal }: ScanPacketsInput): Promise<Map<number, number>> {
  const ends = new Map<number, number>();
  let start = Infinity;
  const onLine = (line: string): boolean => {
    const [index = NaN, pts = NaN, duration = NaN] = line.split(',').map(Number);
    if (Number.isNaN(index) || Number.isNaN(pts)) return false;
    start = Math.min(start, pts);
    ends.set(index, Math.max(ends.get(index) ?? -Infinity, pts + (Number.isNaN(duration) ? 0 : duration)));
    return true;
  };
  const entries = 'packet=stream_index,pts_time,duration_time';
  await runTool({
    command: tools.ffprobe,
    args: ['-v', 'error', '-of', 'csv=p=0', '-show_entries', entries, ...inputArgs(path)],
    signal,
    stallMs: limits.stallMs,
    onLine,
    codes: { failed: 'SOURCE_CORRUPT', stalled: 'PROBE_FAILED' },
  }).catch((error: unknown) => {
    if (!(error instanceof ToolError && error.end === 'exit')) throw error;
  });
  return new Map([...ends].map(([index, end]) => [index, end - start]));
}
