/** The head of a record batch (message format 2), which kafkajs does not give to a codec. */
export interface BatchHead {
  firstOffset: bigint;
  lastOffset: bigint;
  lastOffsetDelta: number;
  records: number;
}

const HEAD_BYTES = 61;
const LENGTH_AT = 8;
/** The length counts what follows it. */
const BEFORE_LENGTH_COUNTS = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const RECORDS_AT = 57;
const MAGIC = 2;
const CODEC_MASK = 7;

/** Where the head of the compressed bytes begins, in the memory that they are in. */
export const headAt = (compressed: Buffer): number => compressed.byteOffset - HEAD_BYTES;

/**
 * The head stands right before the compressed records, in the response of which kafkajs hands out a slice. Null where
 * what stands there is not the head of just this batch, as with the formats before Kafka 0.11.
 */
export function headBefore(compressed: Buffer, codec: number): BatchHead | null {
  if (compressed.byteOffset < HEAD_BYTES) return null;
  const head = Buffer.from(compressed.buffer, compressed.byteOffset - HEAD_BYTES, HEAD_BYTES);
  const isItsHead =
    head.readInt8(MAGIC_AT) === MAGIC &&
    head.readInt32BE(LENGTH_AT) === HEAD_BYTES - BEFORE_LENGTH_COUNTS + compressed.length &&
    (head.readInt16BE(ATTRIBUTES_AT) & CODEC_MASK) === codec;
  if (!isItsHead) return null;
  const firstOffset = head.readBigInt64BE(0);
  const lastOffsetDelta = head.readInt32BE(LAST_DELTA_AT);
  const records = head.readInt32BE(RECORDS_AT);
  return { firstOffset, lastOffsetDelta, lastOffset: firstOffset + BigInt(lastOffsetDelta), records };
}
