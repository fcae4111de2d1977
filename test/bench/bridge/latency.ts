import { workflowIdOf } from '../../../contracts/model/ids';
import type { World } from '../../support/world';
import { bytesOf, uploadOf } from './setting';

const PER_SECOND = 50;
const MS = 1_000;

/** Ms from the send of an event to the start of its run, by the clocks of this machine: middle and 99th percentile. */
export async function latency(world: World, seconds: number): Promise<{ p50: number; p99: number }> {
  const producer = await world.kafka.producer();
  const sent = new Map<string, number>();
  const sends: Promise<unknown>[] = [];
  const began = performance.now();
  for (let index = 0; index < seconds * PER_SECOND; index++) {
    const due = began + (index * MS) / PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const id = `paced-${String(index)}`;
    const event = uploadOf(id);
    sent.set(id, Date.now());
    sends.push(producer.send([{ topic: event.topic, key: event.key, value: bytesOf(event), headers: {} }]));
  }
  await Promise.all(sends);
  const waited: number[] = [];
  for (const [id, at] of sent) waited.push((await startOf(world, id)) - at);
  await producer.close();
  waited.sort((a, b) => a - b);
  const at = (share: number): number => waited[Math.min(waited.length - 1, Math.floor(waited.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function startOf(world: World, id: string): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return (await world.temporal.client.workflow.getHandle(workflowIdOf(id)).describe()).startTime.getTime();
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
