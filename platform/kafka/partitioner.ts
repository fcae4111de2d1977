import { Partitioners, type PartitionerArgs } from 'kafkajs';

/** Seed and multiplier of murmur2 as Kafka's own clients have them (org.apache.kafka.common.utils.Utils.murmur2). */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const WORD = 4;
const BITS_OF_BYTE = 8;
const POSITIVE = 0x7fffffff;

/**
 * Where Kafka's clients put a record: by murmur2 of its key's bytes, as a positive number, modulo the partitions; without
 * a key in turns. The same places as kafkajs's own, whose 64-bit arithmetic costs 2 us a key of 8 bytes and more of a longer one.
 */
export function defaultPartitioner(): (args: PartitionerArgs) => number {
  const inTurns = Partitioners.DefaultPartitioner();
  return (args) => {
    const { key } = args.message;
    if (key === null || key === undefined) return inTurns(args);
    const hash = murmur2(typeof key === 'string' ? Buffer.from(key) : key);
    return (hash & POSITIVE) % args.partitionMetadata.length;
  };
}

function murmur2(data: Buffer): number {
  const whole = data.length - (data.length % WORD);
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += WORD) {
    let word = Math.imul(data.readInt32LE(at), M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  if (whole < data.length) {
    for (let at = data.length - 1; at >= whole; at--) hash ^= (data[at] ?? 0) << (BITS_OF_BYTE * (at - whole));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
