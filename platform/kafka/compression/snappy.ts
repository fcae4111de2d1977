import { Output, unreadable } from './output';

/** How the Java client frames its blocks: this, two versions, then length and block in turn. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const LENGTH_BYTES = 4;
/** Literals from this tag on have their length in 1 to 4 bytes behind it. */
const LONG_LITERAL = 60;

/** Raw snappy, or blocks of it as the Java client writes them. */
export function unsnappy(source: Buffer, limit: number): Buffer {
  const output = new Output(limit);
  if (!source.subarray(0, XERIAL.length).equals(XERIAL)) readBlock(source, output);
  else {
    for (let at = XERIAL_HEADER_BYTES; at < source.length;) {
      const from = at + LENGTH_BYTES;
      if (from > source.length) throw unreadable('it ends too early');
      at = from + source.readUInt32BE(at);
      if (at > source.length) throw unreadable('it ends too early');
      readBlock(source.subarray(from, at), output);
    }
  }
  return output.taken();
}

function readBlock(block: Buffer, output: Output): void {
  const begin = output.length;
  let at = endOfLength(block);
  while (at < block.length) {
    const tag = block[at] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      const { from, to } = literal(block, at, tag >> 2);
      output.append(block, from, to);
      at = to;
    } else {
      // The distance has 1, 2 or 4 bytes.
      const extra = kind === 3 ? 4 : kind;
      if (at + 1 + extra > block.length) throw unreadable('it ends too early');
      const low = block.readUIntLE(at + 1, extra);
      if (kind === 1) output.repeat(((tag >> 5) << 8) | low, ((tag >> 2) & 7) + 4, begin);
      else output.repeat(low, (tag >> 2) + 1, begin);
      at += 1 + extra;
    }
  }
}

/** The length that stands first is not believed: the output has a limit of its own. */
function endOfLength(block: Buffer): number {
  let at = 0;
  while ((block[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function literal(block: Buffer, at: number, size: number): { from: number; to: number } {
  if (size < LONG_LITERAL) return { from: at + 1, to: at + 2 + size };
  const extra = size - LONG_LITERAL + 1;
  const from = at + 1 + extra;
  if (from > block.length) throw unreadable('it ends too early');
  return { from, to: from + block.readUIntLE(at + 1, extra) + 1 };
}
