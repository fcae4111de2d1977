import { Output, unreadable } from './output';

const FRAME = 0x184d2204;
/** 16 magic numbers, of frames whose bytes mean nothing to us. */
const SKIPPABLE = 0x184d2a50;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const STORED = 0x8000_0000;
const SHORTEST_MATCH = 4;

/**
 * LZ4 frames, with blocks that may refer to each other. Checksums are passed over: Kafka has one over the whole batch,
 * and early clients wrote a wrong one here.
 */
export function unlz4(source: Buffer, limit: number): Buffer {
  const output = new Output(limit);
  for (let at = 0; at < source.length;) {
    const magic = word(source, at);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE) at += 8 + word(source, at + 4);
    else if (magic === FRAME) at = readFrame(source, at + 4, output);
    else throw unreadable('it is no LZ4 frame');
  }
  return output.taken();
}

function readFrame(source: Buffer, begin: number, output: Output): number {
  const flags = source[begin] ?? 0;
  const since = output.length;
  const checksumBytes = flags & HAS_BLOCK_CHECKSUM ? 4 : 0;
  let at = begin + 3 + (flags & HAS_CONTENT_SIZE ? 8 : 0) + (flags & HAS_DICTIONARY ? 4 : 0);
  for (;;) {
    const size = word(source, at);
    at += 4;
    if (size === 0) return at + (flags & HAS_CONTENT_CHECKSUM ? 4 : 0);
    const end = at + (size & ~STORED);
    if (end > source.length) throw unreadable('it ends too early');
    if (size >= STORED) output.append(source, at, end);
    else readBlock(source.subarray(at, end), output, since);
    at = end + checksumBytes;
  }
}

function readBlock(block: Buffer, output: Output, since: number): void {
  for (let at = 0; at < block.length;) {
    const token = block[at] ?? 0;
    const literal = extended(block, at + 1, token >> 4);
    output.append(block, literal.at, literal.at + literal.value);
    at = literal.at + literal.value;
    // The last sequence of a block has no match.
    if (at === block.length) return;
    if (at + 2 > block.length) throw unreadable('it ends too early');
    const match = extended(block, at + 2, token & 0xf);
    output.repeat(block.readUInt16LE(at), match.value + SHORTEST_MATCH, since);
    at = match.at;
  }
}

/** A length of 15 goes on in bytes that are added to it, up to the first below 255. */
function extended(block: Buffer, begin: number, first: number): { value: number; at: number } {
  let value = first;
  let at = begin;
  if (first < 15) return { value, at };
  for (;;) {
    const more = block[at];
    if (more === undefined) throw unreadable('it ends too early');
    value += more;
    at += 1;
    if (more < 255) return { value, at };
  }
}

function word(source: Buffer, at: number): number {
  if (at + 4 > source.length) throw unreadable('it ends too early');
  return source.readUInt32LE(at);
}
