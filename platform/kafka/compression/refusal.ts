import type { KafkaMessage } from 'kafkajs';
import type { ReelwayError } from '../../../contracts/model/errors';
import type { BatchHead } from './batch';

/** Why a batch was not read. null: only because others of the same response need the memory; it comes again. */
export interface Refusal {
  head: BatchHead;
  error: ReelwayError | null;
}

/** By the memory of the stand-ins: no producer can write what is found here. */
const refusals = new WeakMap<ArrayBufferLike, Refusal>();

/**
 * What stands for the records of a batch that was not read: as many empty ones as kafkajs will take out, each at the
 * batch's last offset, for it drops those before the offset it asked for. Were the codec to throw, kafkajs would drop
 * the whole response with the records of all other partitions.
 */
export function standIns(refusal: Refusal): Buffer {
  const record = emptyRecord(refusal.head.lastOffsetDelta);
  // Memory of its own, not of Node's pool.
  const all = Buffer.allocUnsafeSlow(record.length * refusal.head.records).fill(record);
  refusals.set(all.buffer, refusal);
  return all;
}

/** Why this record is none, or null where it is one. */
export const refusalOf = ({ key }: Pick<KafkaMessage, 'key'>): Refusal | null =>
  key === null ? null : (refusals.get(key.buffer) ?? null);

/** Attributes, time delta, offset delta, an empty key (it tells whose memory it is), no value, no headers. */
function emptyRecord(offsetDelta: number): Buffer {
  const body = [0, 0, ...zigZag(offsetDelta), ...zigZag(0), ...zigZag(-1), 0];
  return Buffer.from([...zigZag(body.length), ...body]);
}

function zigZag(value: number): number[] {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
