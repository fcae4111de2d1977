import { decompress } from 'fzstd';
import { tooLarge, unreadable } from './output';

const FRAME = 0xfd2fb528;
/** 16 magic numbers, of frames whose bytes mean nothing to us. */
const SKIPPABLE = 0x184d2a50;
const SINGLE_SEGMENT = 0x20;
const HAS_CHECKSUM = 0x04;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const BLOCK_BYTES = 128 * 1024;
/** What Kafka's own client accepts (window log 27). */
const MAX_WINDOW_BYTES = 2 ** 27;

/** Bytes of a frame in the source, and at most in the output: exactly, where its header says so. */
interface Frame {
  end: number;
  bytes: number;
  isExact: boolean;
}

/**
 * Zstandard by fzstd. That allocates what a frame asks for, so the blocks are walked first: each says, or is by its kind
 * limited in, how much it becomes.
 */
export function unzstd(source: Buffer, limit: number): Buffer {
  const parts: Buffer[] = [];
  let room = limit;
  for (let at = 0; at < source.length;) {
    const magic = word(source, at);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
      at += 8 + word(source, at + 4);
      continue;
    }
    if (magic !== FRAME) throw unreadable('it is no zstd frame');
    const frame = measure(source, at);
    if (frame.bytes > room) throw tooLarge(limit);
    room -= frame.bytes;
    // Only behind the last one it does not matter where a frame ends: a batch counts its records.
    if (!frame.isExact && frame.end < source.length) throw unreadable('several frames of unknown size');
    parts.push(decode(source.subarray(at, frame.end), frame.bytes));
    at = frame.end;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function decode(frame: Buffer, bytes: number): Buffer {
  const output = Buffer.alloc(bytes);
  try {
    decompress(frame, output);
  } catch (error) {
    throw unreadable('zstd refuses it', error);
  }
  return output;
}

function measure(source: Buffer, begin: number): Frame {
  const flags = source[begin + 4] ?? 0;
  const isSingle = (flags & SINGLE_SEGMENT) !== 0;
  const sizeBytes = flags >> 6 === 0 ? (isSingle ? 1 : 0) : 2 ** (flags >> 6);
  const sizeAt = begin + 5 + (isSingle ? 0 : 1) + DICTIONARY_BYTES[(flags & 3) as 0 | 1 | 2 | 3];
  const told = toldSize(source, sizeAt, sizeBytes);
  const window = isSingle ? (told ?? 0) : windowOf(source[begin + 5] ?? 0);
  if (!isSingle && window > MAX_WINDOW_BYTES) throw unreadable('its window is too large');
  const blocks = walkBlocks(source, sizeAt + sizeBytes, Math.min(window, BLOCK_BYTES));
  const end = blocks.end + (flags & HAS_CHECKSUM ? 4 : 0);
  if (end > source.length || (told ?? 0) > blocks.most) throw unreadable('it ends too early');
  return { end, bytes: told ?? blocks.most, isExact: told !== null };
}

function toldSize(source: Buffer, at: number, bytes: number): number | null {
  if (bytes === 0) return null;
  if (at + bytes > source.length) throw unreadable('it ends too early');
  if (bytes === 8) return Number(source.readBigUInt64LE(at));
  // Two bytes count from 256 on.
  return source.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function walkBlocks(source: Buffer, begin: number, mostPerBlock: number): { end: number; most: number } {
  let most = 0;
  for (let at = begin; ;) {
    if (at + 3 > source.length) throw unreadable('it ends too early');
    const header = source.readUIntLE(at, 3);
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    if (kind === 3 || size > BLOCK_BYTES) throw unreadable('a block of no known kind');
    // 0: as it is, 1: one byte many times, 2: compressed.
    at += 3 + (kind === 1 ? 1 : size);
    most += kind === 2 ? mostPerBlock : size;
    if ((header & 1) === 1) return { end: at, most };
  }
}

function word(source: Buffer, at: number): number {
  if (at + 4 > source.length) throw unreadable('it ends too early');
  return source.readUInt32LE(at);
}
