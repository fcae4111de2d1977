import { ReelwayError } from '../../../contracts/model/errors';

const FIRST_BYTES = 64 * 1024;
/** Below this a loop is faster than a call of copyWithin. */
const SHORT = 32;

/** What a decoder has written: it grows as needed, to the limit and no further. */
export class Output {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private end = 0;

  constructor(private readonly limit: number) {}

  get length(): number {
    return this.end;
  }

  append(source: Buffer, from: number, to: number): void {
    if (from > to || to > source.length) throw unreadable('it ends too early');
    this.reserve(to - from);
    this.end += source.copy(this.bytes, this.end, from, to);
  }

  /** Writes again what stands `distance` bytes back; where it is shorter than `count` it repeats itself. */
  repeat(distance: number, count: number, since = 0): void {
    if (distance === 0 || distance > this.end - since) throw unreadable('it refers to bytes before its beginning');
    this.reserve(count);
    const { bytes, end } = this;
    const from = end - distance;
    if (count < SHORT) for (let at = 0; at < count; at += 1) bytes[end + at] = bytes[from + at] ?? 0;
    else {
      // Each round may copy all that the rounds before it made.
      for (let made = 0; made < count;) {
        const step = Math.min(distance + made, count - made);
        bytes.copyWithin(end + made, from, from + step);
        made += step;
      }
    }
    this.end += count;
  }

  /** The bytes so far; not copied. */
  taken(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  private reserve(count: number): void {
    const needed = this.end + count;
    if (needed > this.limit) throw tooLarge(this.limit);
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.bytes.length * 2), this.limit));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }
}

export const unreadable = (why: string, cause?: unknown): ReelwayError =>
  new ReelwayError('BATCH_UNREADABLE', `The compressed data is damaged: ${why}.`, { cause });

export const tooLarge = (limit: number): ReelwayError =>
  new ReelwayError('BATCH_TOO_LARGE', `It needs more than ${String(limit)} bytes of memory.`);
