import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { registerCodecs } from '../../../platform/kafka/compression/codecs';
import { unlz4 } from '../../../platform/kafka/compression/lz4';
import { refusalOf } from '../../../platform/kafka/compression/refusal';
import { unsnappy } from '../../../platform/kafka/compression/snappy';
import { unzstd } from '../../../platform/kafka/compression/zstd';
import { createLog } from '../../../platform/log';
import { TestFailure } from '../../support/test-failure';

const MIB = 1024 * 1024;
/** What the files in the fixtures hold, made by the reference libraries of each format. */
const TEXT = Buffer.from(
  Array.from({ length: 15_000 }, (_, index) => `reelway ${String((index * index) % 53)}\n`).join(''),
);
const fixture = (name: string): Buffer => readFileSync(join(__dirname, '../../fixtures/compression', name));
const decoderOf = (name: string): typeof unlz4 =>
  name.endsWith('.lz4') ? unlz4 : name.endsWith('.snappy') ? unsnappy : unzstd;
const FILES = ['raw.snappy', 'independent.lz4', 'linked.lz4', 'sized.zst', 'unsized.zst', 'two-frames.zst'];

test.each(FILES)('%s is read', (name) => {
  const read = decoderOf(name)(fixture(name), MIB);
  // A frame that does not tell its size has room for its last block behind the bytes; Kafka counts records.
  expect(read.subarray(0, TEXT.length).equals(TEXT)).toBe(true);
  expect(read.subarray(TEXT.length).every((byte) => byte === 0)).toBe(true);
});

test.each(FILES)('%s over the limit is refused before it is written', (name) => {
  expect(() => decoderOf(name)(fixture(name), 100_000)).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }));
});

test('a few KiB that would become 80 MiB take no memory', () => {
  const before = process.memoryUsage().arrayBuffers;
  expect(() => unzstd(fixture('bomb.zst'), 64 * MIB)).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB);
});

test.each(FILES)('%s cut anywhere, or with any byte changed, is refused or read in bounds; it never hangs', (name) => {
  const whole = fixture(name);
  const decode = decoderOf(name);
  const inBounds = (bytes: Buffer): void => {
    try {
      expect(decode(bytes, MIB).length).toBeLessThanOrEqual(MIB);
    } catch (error) {
      expect(['BATCH_TOO_LARGE', 'BATCH_UNREADABLE']).toContain((error as { code?: unknown }).code);
    }
  };
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      inBounds(whole.subarray(0, at));
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ by;
      inBounds(changed);
    }),
    { numRuns: 200 },
  );
});

test('blocks as the Java client of snappy frames them are read one after the other', () => {
  const block = fixture('raw.snappy');
  const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(block.length);
  const framed = Buffer.concat([header, size, block, size, block]);
  expect(unsnappy(framed, MIB).equals(Buffer.concat([TEXT, TEXT]))).toBe(true);
});

describe('what kafkajs gets', () => {
  const zstd = (batch: Buffer): Promise<Buffer> => {
    registerCodecs(createLog({ level: 'silent' }));
    const codecs = CompressionCodecs as Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
    const codec = codecs[CompressionTypes.ZSTD];
    if (!codec) throw new TestFailure('zstd is not registered');
    return codec().decompress(batch.subarray(HEAD));
  };
  const HEAD = 61;
  function batchOf(bytes: Buffer, records: number): Buffer {
    const batch = Buffer.alloc(HEAD + bytes.length);
    batch.writeBigInt64BE(1_000n, 0);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt8(2, 16);
    batch.writeInt16BE(CompressionTypes.ZSTD, 21);
    batch.writeInt32BE(records - 1, 23);
    batch.writeInt32BE(records, 57);
    bytes.copy(batch, HEAD);
    return batch;
  }

  test('a record for each of a batch that is not read, found to be none', async () => {
    const read = await zstd(batchOf(fixture('bomb.zst'), 300));
    expect(read.length % 300).toBe(0);
    expect(refusalOf({ key: read.subarray(0, 0) })).toMatchObject({
      error: { code: 'BATCH_TOO_LARGE' },
      head: { firstOffset: 1_000n, lastOffset: 1_299n },
    });
    expect(refusalOf({ key: Buffer.from('a key') })).toBeNull();
  });

  test('the end of the partition’s part of a response, before more records than it can take', async () => {
    const batch = batchOf(fixture('sized.zst'), 100_001);
    await expect(zstd(batch)).rejects.toMatchObject({ name: 'KafkaJSPartialMessageError', code: 'BATCH_TOO_LARGE' });
  });
});
