import { randomUUID } from 'node:crypto';
import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import type { OutgoingRecord } from '../../../contracts/model/ports';
import type { LifecycleTopic } from '../../../contracts/model/topics';
import { createRegistry, type Registry } from '../../../platform/metrics';
import { eventually } from '../../support/eventually';
import { usualSource } from '../../support/topics';
import { createWorld, type World, type WorldOptions } from '../../support/world';

/** Contents that a bridge of the benches has on their way at once; the bare loop gets the number it is best with. */
const DISPATCH = 32;

export interface Event {
  topic: LifecycleTopic;
  key: string;
  payload: Record<string, unknown>;
}

export const benchWorld = (partitions: WorldOptions['partitions']): Promise<World> =>
  createWorld({
    partitions: partitions ?? 'real',
    env: {
      REELWAY_DISPATCH_CONCURRENCY: String(DISPATCH),
      REELWAY_BRIDGE_CALLS_PER_SECOND: '100000',
      REELWAY_START_GUARD_PER_MINUTE: '1000000',
    },
  });

export async function bridgeOf(world: World, groupId?: string): Promise<{ bridge: Bridge; registry: Registry }> {
  const { pool, kafka, log } = world;
  const config = groupId ? { ...world.config, kafka: { ...world.config.kafka, groupId } } : world.config;
  const registry = createRegistry();
  const bridge = await startBridge({ config, pool, kafka, temporal: world.temporal.client, log, metrics: registry });
  await eventually('the bridge has its partitions', () => bridge.ready());
  return { bridge, registry };
}

export const uploadOf = (contentId: string): Event => ({
  topic: 'media.upload.initiated',
  key: contentId,
  payload: {
    content_id: contentId,
    creator_id: `creator-${contentId}`,
    upload_session_id: `session-${contentId}`,
    s3_raw_key: `raw/${contentId}/clip.mp4`,
    residency: 'GLOBAL',
    content_type: 'VIDEO',
  },
});

export const transcodedOf = (contentId: string, seconds: number): Event => ({
  topic: 'media.transcoded',
  key: contentId,
  payload: {
    content_id: contentId,
    renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${contentId}/360p.mp4` }],
    audio_tracks: [],
    duration_seconds: seconds,
  },
});

export const bytesOf = ({ topic, payload }: Event): Buffer =>
  Buffer.from(
    JSON.stringify({
      event_id: randomUUID(),
      timestamp: new Date().toISOString(),
      source_service: usualSource(topic),
      payload,
    }),
  );

export const messageOf = (event: Event): OutgoingRecord => ({
  ...{ topic: event.topic, key: event.key, value: bytesOf(event), headers: {} },
});

export const produce = (world: World, events: Event[]): Promise<void> => send(world, events.map(messageOf));

export async function send(world: World, messages: OutgoingRecord[]): Promise<void> {
  const producer = await world.kafka.producer();
  for (let from = 0; from < messages.length; from += 500) await producer.send(messages.slice(from, from + 500));
  await producer.close();
}

/** Facts that this bridge has delivered so far, by its own counter: looking costs the servers nothing. */
export async function deliveredBy(registry: Registry): Promise<number> {
  const counter = await registry.getSingleMetric('reelway_bridge_facts_total')?.get();
  return (counter?.values ?? [])
    .filter(({ labels }) => labels['end'] === 'delivered')
    .reduce((sum, { value }) => sum + value, 0);
}

const LOOK_MS = 5;

export async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
