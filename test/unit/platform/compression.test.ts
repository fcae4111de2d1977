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

  describe('of a batch for which it can get nothing', () => {
    const int = (bytes: 2 | 4 | 8, value: number): Buffer => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeIntBE(value, bytes === 8 ? 2 : 0, bytes === 8 ? 6 : bytes);
      return buffer;
    };
    const partition = (number: number, records: Buffer, aborted = 0): Buffer =>
      Buffer.concat([
        ...[int(4, number), int(2, 0), int(8, 9), int(8, 9), int(8, 0)],
        ...[
          int(4, aborted === 0 ? -1 : aborted),
          Buffer.alloc(16 * aborted),
          int(4, -1),
          int(4, records.length),
          records,
        ],
      ]);
    const topic = (name: string, partitions: Buffer[]): Buffer =>
      Buffer.concat([int(2, name.length), Buffer.from(name), int(4, partitions.length), ...partitions]);
    const response = (topics: Buffer[]): Buffer => {
      const body = Buffer.concat([int(4, 7), Buffer.alloc(10), int(4, topics.length), ...topics]);
      return Buffer.concat([int(4, body.length), body]);
    };
    const small = Buffer.alloc(300, 1);
    const earlier = response([topic('earlier', [partition(0, small)])]);
    const before = topic('before', [partition(0, small), partition(1, Buffer.alloc(0))]);

    /** What it is told about the batch, at the end of the second partition of a topic, behind other responses. */
    async function told(behind: Buffer): Promise<string> {
      const batch = batchOf(fixture('sized.zst'), 100_001);
      const last = topic('the.topic', [partition(4, small, 2), partition(5, Buffer.concat([small, batch]))]);
      const all = Buffer.concat([behind, response([before, last])]);
      const memory = Buffer.from(new ArrayBuffer(all.length));
      all.copy(memory);
      return zstd(memory.subarray(memory.length - batch.length)).then(
        () => 'nothing',
        (error: unknown) => (error as Error).message,
      );
    }

    test('the topic and partition, wherever it stands in what kafkajs holds', async () => {
      expect(await told(Buffer.alloc(0))).toMatch(/^the\.topic\/5: the batch from offset 1000 on has 100001 records/);
      expect(await told(Buffer.concat([earlier, earlier]))).toMatch(/^the\.topic\/5: /);
    });

    test('no wrong name where the memory begins with something else', async () => {
      for (const behind of [Buffer.alloc(3), Buffer.alloc(4, 0xff), Buffer.from('something else')]) {
        expect(await told(behind)).toMatch(/^A topic that cannot be told: the batch/);
      }
    });
  });
});
