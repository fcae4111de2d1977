/** Arguments that make ffmpeg report on stdout, about every 0.5 s, and nothing else but errors on stderr. */
export const PROGRESS_ARGS = ['-nostdin', '-v', 'error', '-progress', 'pipe:1', '-nostats'] as const;

/** Called with 0 to 100 and the seconds of the source done so far; never backwards. */
export type OnProgress = (percent: number, outTimeSeconds: number) => void;

/** Reads ffmpeg's progress blocks. `outTimeSeconds` and `ended` hold what the last block said. */
export class ProgressReader {
  outTimeSeconds = 0;
  /** ffmpeg said progress=end. Only that and exit 0 together mean done. */
  ended = false;
  private frames = 0;

  constructor(
    private readonly durationSeconds: number,
    private readonly onProgress?: OnProgress,
  ) {}

  /** True where the line shows that work went on: a block that repeats the last one shows nothing. */
  readonly onLine = (line: string): boolean => {
    const [name, value = ''] = line.trim().split('=');
    if (name === 'progress') return (this.ended = value === 'end');
    if (name === 'frame') return this.advanceFrames(Number(value));
    // out_time_ms is in microseconds too; this is the name that says so.
    if (name === 'out_time_us') return this.advanceTime(Number(value) / 1_000_000);
    return false;
  };

  private advanceFrames(frames: number): boolean {
    if (!(frames > this.frames)) return false;
    this.frames = frames;
    return true;
  }

  private advanceTime(seconds: number): boolean {
    if (!(seconds > this.outTimeSeconds)) return false;
    this.outTimeSeconds = seconds;
    const percent = this.durationSeconds > 0 ? (seconds / this.durationSeconds) * 100 : 0;
    this.onProgress?.(Math.min(100, percent), seconds);
    return true;
  }
}
