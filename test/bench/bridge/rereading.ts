import { randomUUID } from 'node:crypto';
import type { Registry } from '../../../platform/metrics';
import type { World } from '../../support/world';
import { bareConsumer } from '../baseline/bare-consumer';
import { bridgeOf, deliveredBy, transcodedOf, until, type Event } from './setting';

const MS = 1_000;
const TOPIC = 'media.transcoded';
const RECORDS = 'reelway_bridge_records_total';
/** Few contents with many facts each: a signal carries fifty of them. */
const CONTENTS = 200;

export const handledEvents = (count: number): Event[] =>
  Array.from({ length: count }, (_, index) => transcodedOf(`reread-${String(index % CONTENTS)}`, index + 1));

export const rereadContents = (): string[] => Array.from({ length: CONTENTS }, (_, index) => `reread-${String(index)}`);

/** Records per second of a new group that reads what was handled; `delivered` of them may go to Temporal: none. */
export async function reread(world: World, records: number): Promise<{ perSecond: number; delivered: number }> {
  const { bridge, registry } = await bridgeOf(world, `reread-${randomUUID()}`);
  const seen = (): Promise<number> => seenBy(registry);
  await until(async () => (await seen()) > 0);
  const already = await seen();
  const began = performance.now();
  await until(async () => (await seen()) >= records);
  const perSecond = (records - already) / ((performance.now() - began) / MS);
  const delivered = await deliveredBy(registry);
  await bridge.stop();
  return { perSecond, delivered };
}

async function seenBy(registry: Registry): Promise<number> {
  const counter = await registry.getSingleMetric(RECORDS)?.get();
  return (counter?.values ?? [])
    .filter(({ labels }) => labels['topic'] === TOPIC)
    .reduce((sum, { value }) => sum + value, 0);
}

const TENTHS = 10;

/** Mean resident bytes of this process while each tenth of the records is read. */
export async function memoryOf(world: World, records: number): Promise<number[]> {
  const { bridge, registry } = await bridgeOf(world, `memory-${randomUUID()}`);
  const samples: number[][] = Array.from({ length: TENTHS }, () => []);
  await until(async () => {
    const seen = await seenBy(registry);
    samples[Math.floor((seen / records) * TENTHS)]?.push(process.memoryUsage.rss());
    return seen >= records;
  });
  await bridge.stop();
  return samples.map((tenth) => tenth.reduce((sum, bytes) => sum + bytes, 0) / tenth.length);
}

export async function bareReread(world: World, records: number): Promise<number> {
  const { brokers, topicPrefix } = world.config.kafka;
  const ms = await bareConsumer(brokers, `${topicPrefix}${TOPIC}`, `bare-${randomUUID()}`, records);
  return records / (ms / MS);
}
