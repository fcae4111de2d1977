/** What a tool said last is what explains its end. */
const TAIL_CHARS = 4_096;

/** A line without an end is not a progress line; keep no more of it than this. */
const MAX_LINE_CHARS = 65_536;

/** Keeps the last 4 KiB of a text that may be endless. */
export class Tail {
  private kept = '';

  add(text: string): void {
    this.kept = (this.kept + text).slice(-TAIL_CHARS);
  }

  text(): string {
    return this.kept;
  }
}

/** Cuts chunks into lines; an unfinished last line is not reported. */
export function lineSplitter(onLine: (line: string) => unknown): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARS);
    for (const line of lines) onLine(line);
  };
}
