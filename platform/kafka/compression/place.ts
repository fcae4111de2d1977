/** Where the batch of some compressed bytes stands, with the topic's name on the broker. */
export interface BatchPlace {
  topic: string;
  partition: number;
}

const LENGTH_BYTES = 4;
const CORRELATION_BYTES = 4;
/** Of a fetch response, version 11: throttle time, error, session. */
const RESPONSE_HEAD = 4 + 2 + 4;
/** Of a partition: error, high watermark, last stable and log start offset. */
const PARTITION_HEAD = 2 + 8 + 8 + 8;
const ABORTED_BYTES = 8 + 8;
const REPLICA_BYTES = 4;

/**
 * The topic and partition of a batch that begins at `batchAt` of `memory`, in which kafkajs holds whole responses from its
 * first byte on. Null where that is not so, as in memory that it shares, or with another version of the response.
 */
export function placeOf(memory: Buffer, batchAt: number): BatchPlace | null {
  try {
    for (let at = 0; at < batchAt;) {
      const end = at + LENGTH_BYTES + memory.readInt32BE(at);
      if (end <= at) return null;
      if (end > batchAt) return placeWithin(memory, at + LENGTH_BYTES + CORRELATION_BYTES, batchAt);
      at = end;
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error;
  }
  return null;
}

function placeWithin(memory: Buffer, begin: number, batchAt: number): BatchPlace | null {
  let at = begin + RESPONSE_HEAD;
  const int32 = (): number => {
    at += 4;
    return memory.readInt32BE(at - 4);
  };
  for (let topics = int32(); topics > 0; topics -= 1) {
    const name = at + 2;
    at = name + memory.readInt16BE(at);
    const topic = memory.toString('utf8', name, at);
    for (let partitions = int32(); partitions > 0; partitions -= 1) {
      const partition = int32();
      at += PARTITION_HEAD;
      const aborted = Math.max(int32(), 0);
      at += aborted * ABORTED_BYTES + REPLICA_BYTES;
      const bytes = int32();
      if (batchAt >= at && batchAt < at + bytes) return { topic, partition };
      at += Math.max(bytes, 0);
      if (at > batchAt) return null;
    }
  }
  return null;
}
