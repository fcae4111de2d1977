import { startBridge } from '../../../bridge/inbound/bridge';
import { createRuns } from '../../../bridge/inbound/deliver';
import { flushLeft } from '../../../bridge/outbound/flusher';
import { createOutbound } from '../../../bridge/outbound/outbound';
import { workflowIdOf } from '../../../contracts/model/ids';
import type { KafkaProducer } from '../../../contracts/model/ports';
import { LIFECYCLE_QUEUE } from '../../../contracts/model/work';
import { ReelwayError } from '../../../contracts/model/errors';
import { createRegistry } from '../../../platform/metrics';
import { LIFECYCLE_WORKFLOW } from '../../../workflows/messages';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { newContentId, snapshot } from './events';

// A busy machine with two cores.
jest.setTimeout(90_000);

const TOPIC = 'internal.lifecycle.events';

let world: World;
let producer: KafkaProducer;
beforeAll(async () => {
  world = await createWorld({ partitions: 1 });
  producer = await world.kafka.producer();
}, 60_000);
afterAll(async () => {
  await producer.close();
  await world.close();
}, 60_000);

const away: KafkaProducer = {
  send: () => Promise.reject(new ReelwayError('SERVICE_UNREACHABLE')),
  close: () => Promise.resolve(),
};

const announce = (id: string, ordinals: number[], through = away) =>
  createOutbound({ pool: world.pool, producer: through, log: world.log }).announce({
    snapshot: snapshot(id, { stateVersion: Math.max(...ordinals) }),
    milestones: ordinals.map((ordinal) => ({
      topic: TOPIC,
      milestone: 'transition',
      ordinal,
      at: Date.now(),
      payload: {
        ...{ content_id: id, generation: 1, revision: 1, stage: 'upload', status: 'RUNNING', visibility: 'HIDDEN' },
        ...{ attention: false, code: null, cause_event_id: null },
      },
    })),
    ...{ notices: [], outcomes: [], closing: false },
  });

/** A run stored three milestones, and Kafka was away. */
async function leaveUnsent(id: string): Promise<void> {
  await expect(announce(id, [1, 2, 3])).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(await unsent(id)).toBe(3);
}
const unsent = async (id: string): Promise<number> =>
  (await world.pool.query('SELECT 1 FROM milestones WHERE content_id = $1 AND sent_at IS NULL', [id])).rows.length;
const sequences = async (id: string) =>
  (await world.topics.read(TOPIC)).filter(({ key }) => key === id).map(({ headers }) => headers['sequence']);
const startRun = (id: string) =>
  world.temporal.client.workflow.start(LIFECYCLE_WORKFLOW, {
    ...{ workflowId: workflowIdOf(id), taskQueue: LIFECYCLE_QUEUE, args: [] },
  });
const runs = () => createRuns(world.temporal.client, 100);
const flush = (leftAfterMs = 0) => flushLeft({ ...world, producer, isOpen: (id) => runs().isOpen(id) }, leftAfterMs);

test('what a terminated run left unsent comes out once, in its order', async () => {
  const id = newContentId();
  const run = await startRun(id);
  await leaveUnsent(id);
  await run.terminate('gone');
  expect(await flush()).toBe(3);
  expect(await flush()).toBe(0);
  expect(await sequences(id)).toEqual(['1', '2', '3']);
});

test('so does what was left by a run that Temporal has forgotten', async () => {
  const id = newContentId();
  await leaveUnsent(id);
  expect(await flush()).toBe(3);
  expect(await sequences(id)).toEqual(['1', '2', '3']);
});

test('an open run sends for itself, and what is young is left to it', async () => {
  const [open, young] = [newContentId(), newContentId()];
  await startRun(open);
  await leaveUnsent(open);
  expect(await flush()).toBe(0);
  expect(await unsent(open)).toBe(3);
  await leaveUnsent(young);
  expect(await flush(60_000)).toBe(0);
  expect(await unsent(young)).toBe(3);
  expect(await flush()).toBe(3);
});

test('side by side with others and with an announcer that still lives, each comes out once and in order', async () => {
  const id = newContentId();
  await leaveUnsent(id);
  const flushed = await Promise.all([flush(), flush(), announce(id, [4, 5], producer), flush()]);
  const sent = flushed.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  expect(sent).toBeLessThanOrEqual(5);
  expect(await sequences(id)).toEqual(['1', '2', '3', '4', '5']);
  expect(await unsent(id)).toBe(0);
});

test('a bridge does it by itself, counts it, and leaves the others while one content cannot be sent', async () => {
  const [stuck, free] = [newContentId(), newContentId()];
  await leaveUnsent(stuck);
  await leaveUnsent(free);
  // No broker has such a topic.
  await world.pool.query(`UPDATE milestones SET topic = 'no.such.topic' WHERE content_id = $1`, [stuck]);
  await world.pool.query(`UPDATE milestones SET created_at = now() - interval '2 minutes' WHERE sent_at IS NULL`);
  const registry = createRegistry();
  const { config, pool, kafka, temporal, log } = world;
  const bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log, metrics: registry });
  try {
    await eventually('the milestones are sent', async () => (await unsent(free)) === 0);
    await eventually('they are counted', async () => /^reelway_bridge_flushed_total 3/m.test(await registry.metrics()));
    expect(await sequences(free)).toEqual(['1', '2', '3']);
    expect(await unsent(stuck)).toBe(3);
  } finally {
    await bridge.stop();
  }
});
