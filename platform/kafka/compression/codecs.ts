import { gunzip as gunzipCallback } from 'node:zlib';
import { promisify } from 'node:util';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { ReelwayError } from '../../../contracts/model/errors';
import { toReelwayError } from '../../errors';
import type { Logger } from '../../log';
import { headAt, headBefore, type BatchHead } from './batch';
import { unlz4 } from './lz4';
import { tooLarge, unreadable } from './output';
import { placeOf, type BatchPlace } from './place';
import { standIns } from './refusal';
import { unsnappy } from './snappy';
import { unzstd } from './zstd';

/** Bytes out, at most `limit`; throws BATCH_TOO_LARGE or BATCH_UNREADABLE. */
type Decode = (compressed: Buffer, limit: number) => Buffer | Promise<Buffer>;

/** Memory of one batch, and of all batches of one response: a few KiB on the wire can ask for gigabytes. */
const BATCH_BYTES = 64 * 1024 * 1024;
const RESPONSE_BYTES = 128 * 1024 * 1024;
/** What kafkajs makes of a record, beside its bytes. */
const RECORD_BYTES = 512;
/** kafkajs passes the records of a batch as arguments of one call, and the stack holds about 120,000. */
const MOST_RECORDS = 100_000;
/** How long a fetch is held up by a batch for which not even stand-ins can be made; otherwise it would spin. */
const HOLD_MS = 1_000;

const DECODERS: [CompressionTypes, Decode][] = [
  [CompressionTypes.GZIP, gunzip],
  [CompressionTypes.Snappy, unsnappy],
  [CompressionTypes.LZ4, unlz4],
  [CompressionTypes.ZSTD, unzstd],
];

/** Memory that the batches of one response took so far, by the memory of the response itself. */
const taken = new WeakMap<ArrayBufferLike, number>();

/**
 * Lets kafkajs read every compression that Kafka has, in bounded memory. It has gzip alone, without a bound, and the
 * rest ends its consumer. For the whole process, as its table is; `log` hears of batches whose topic nobody can tell.
 */
export function registerCodecs(log: Logger): void {
  for (const [codec, decode] of DECODERS) {
    const decompress = (compressed: Buffer): Promise<Buffer> => read(compressed, codec, decode, log);
    CompressionCodecs[codec as CompressionTypes.GZIP] = () => ({ decompress });
  }
}

async function read(compressed: Buffer, codec: number, decode: Decode, log: Logger): Promise<Buffer> {
  const head = headBefore(compressed, codec);
  if (head === null) return await decode(compressed, BATCH_BYTES);
  if (head.records > MOST_RECORDS)
    return await passOver(head, placeOf(Buffer.from(compressed.buffer), headAt(compressed)), log);
  const before = taken.get(compressed.buffer) ?? 0;
  const overhead = head.records * RECORD_BYTES;
  const room = Math.min(BATCH_BYTES, RESPONSE_BYTES - before);
  try {
    const records = await decode(compressed, room - overhead);
    taken.set(compressed.buffer, before + records.length + overhead);
    return records;
  } catch (thrown) {
    const error = toReelwayError(thrown);
    const isForOthers = error.code === 'BATCH_TOO_LARGE' && room < BATCH_BYTES;
    return standIns({ head, error: isForOthers ? null : error });
  }
}

/** By this name kafkajs ends the partition's part of the response, and takes the other partitions as they are. */
const PARTIAL = 'KafkaJSPartialMessageError';

/** Hears of a partition that waits before a batch for which it gets nothing at all. */
type PassedOver = (place: BatchPlace, error: ReelwayError) => void;
const listeners = new Set<PassedOver>();

/** Until the returned function is called. For the whole process: who listens knows its own topics. */
export function onPassedOver(listener: PassedOver): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function passOver({ firstOffset, records }: BatchHead, place: BatchPlace | null, log: Logger): Promise<never> {
  const where = place === null ? 'A topic that cannot be told' : `${place.topic}/${String(place.partition)}`;
  const text = `${where}: the batch from offset ${String(firstOffset)} on has ${String(records)} records; at most ${String(MOST_RECORDS)} can be read.`;
  const error = new ReelwayError('BATCH_TOO_LARGE', text);
  if (place) for (const listener of listeners) listener(place, error);
  log.error(
    { err: error, code: error.code, ...place, hint: error.hint },
    'a partition waits before a batch that cannot be read',
  );
  await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
  throw Object.defineProperty(error, 'name', { value: PARTIAL });
}

const gunzipAsync = promisify(gunzipCallback);

async function gunzip(compressed: Buffer, limit: number): Promise<Buffer> {
  try {
    return await gunzipAsync(compressed, { maxOutputLength: Math.max(limit, 1) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw unreadable('gzip refuses it', error);
  }
}
