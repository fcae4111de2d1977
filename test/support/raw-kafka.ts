import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka as KafkaJs, logLevel } from 'kafkajs';
import { eventually } from './eventually';
import type { World } from './world';

/** Where a batch goes, and how it is compressed: the topic may say more (compression.type). Default: partition 0, not at all. */
export interface BatchPlace {
  partition?: number;
  compression?: CompressionTypes;
}

const clientOf = (world: World): KafkaJs =>
  new KafkaJs({ brokers: [...world.stack.kafka.brokers], logLevel: logLevel.NOTHING });
const onBroker = (world: World, topic: string): string => `${world.config.kafka.topicPrefix}${topic}`;

/** One batch of a client of its own: ours neither compresses nor sends large batches, nor chooses a partition. */
export async function sendBatch(
  world: World,
  topic: string,
  values: string[],
  { partition = 0, compression = CompressionTypes.None }: BatchPlace = {},
): Promise<void> {
  const producer = clientOf(world).producer();
  await producer.connect();
  const messages = values.map((value) => ({ value, partition }));
  try {
    await producer.send({ topic: onBroker(world, topic), compression, messages });
  } finally {
    await producer.disconnect();
  }
}

/** A batch of one record whose compressed bytes are these, as a broker takes them from whoever made them. */
export async function sendZstd(world: World, topic: string, compressed: Buffer, partition = 0): Promise<void> {
  const codecs = CompressionCodecs as Record<number, () => object>;
  const real = codecs[CompressionTypes.ZSTD];
  codecs[CompressionTypes.ZSTD] = () => ({ ...real?.(), compress: () => Promise.resolve(compressed) });
  try {
    await sendBatch(world, topic, ['stands for the bytes'], { partition, compression: CompressionTypes.ZSTD });
  } finally {
    if (real) codecs[CompressionTypes.ZSTD] = real;
  }
}

/** One record of 80 MiB zeros, in 3 KiB of zstd: small to the broker, which reads it as a stream. */
export const zstdBomb = (): Buffer => readFileSync(join(__dirname, '../fixtures/compression/bomb.zst'));

/** A record of one byte in two zstd frames that tell no size: the broker reads on, we cannot know where one ends. */
export function zstdOfTwoFrames(): Buffer {
  // Length, attributes, time and offset deltas, no key, a value of one byte, no headers; all in zigzag.
  const record = Buffer.from([14, 0, 0, 0, 1, 2, 0x78, 0]);
  return Buffer.concat([storedFrame(record.subarray(0, 4)), storedFrame(record.subarray(4))]);
}

function storedFrame(bytes: Buffer): Buffer {
  const isLast = 1;
  // Magic, no flags, a window of 1 KiB, then one block stored as it is.
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0, 0, 0]);
  head.writeUIntLE((bytes.length << 3) | isLast, 6, 3);
  return Buffer.concat([head, bytes]);
}

/** Sets these settings of a topic, and only these: all others fall back to the broker's own. */
export async function configureTopic(world: World, topic: string, config: Record<string, string>): Promise<void> {
  const admin = clientOf(world).admin();
  await admin.connect();
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  try {
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: onBroker(world, topic), configEntries }],
    });
  } finally {
    await admin.disconnect();
  }
}

/** Deletes a topic, and creates it anew once it is gone, with nothing in it. */
export async function recreateTopic(world: World, topic: string, partitions: number): Promise<void> {
  const admin = clientOf(world).admin();
  const name = onBroker(world, topic);
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [name] });
    await eventually('it is gone', async () => !(await admin.listTopics()).includes(name));
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic: name, numPartitions: partitions }] });
    await eventually('it has leaders', () =>
      admin.fetchTopicOffsets(name).then(
        () => true,
        () => false,
      ),
    );
  } finally {
    await admin.disconnect();
  }
}
