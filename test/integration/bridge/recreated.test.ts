import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { bridgeStatus } from '../../../operations/bridge';
import { createRegistry } from '../../../platform/metrics';
import { eventually } from '../../support/eventually';
import { recreateTopic } from '../../support/raw-kafka';
import { createWorld, type World } from '../../support/world';
import { newContentId, runsOf, upload } from './events';

// A consumer whose topic goes away is made anew, which takes its time.
jest.setTimeout(240_000);

const TOPIC = 'media.upload.initiated';
const PLACE = `${TOPIC}/0`;
const FOUND_WITHIN_MS = 120_000;

let world: World;
let bridge: Bridge;
const registry = createRegistry();

beforeAll(async () => {
  world = await createWorld({ partitions: 1, env: { REELWAY_START_GUARD_PER_MINUTE: '2' } });
  const { config, pool, kafka, log, temporal } = world;
  bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log, metrics: registry });
  await eventually('the bridge is ready', () => bridge.ready());
}, 60_000);
afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

async function send(many: number): Promise<string[]> {
  const ids = Array.from({ length: many }, newContentId);
  for (const id of ids) await world.topics.send(TOPIC, upload(id));
  return ids;
}

const areBegun = (ids: string[]) =>
  eventually(
    'each has a run',
    async () => (await Promise.all(ids.map((id) => runsOf(world, id)))).every((runs) => runs.length === 1),
    FOUND_WITHIN_MS,
  );

it('a topic that was deleted and made anew is told, and uploads below what was read of it begin their runs', async () => {
  await areBegun(await send(6));
  await recreateTopic(world, TOPIC, 1);
  await eventually('it is found', () => bridge.held().some((line) => line.startsWith(PLACE)), FOUND_WITHIN_MS);
  expect(await registry.metrics()).toContain(`reelway_bridge_recreated{place="${PLACE}"} 1`);

  await areBegun(await send(4));
  const status = await bridgeStatus({ pool: world.pool, config: world.config, kafka: () => world.kafka });
  expect(status.paused).toEqual([]);
  expect(status.partitions.find(({ topic }) => topic === TOPIC)).toMatchObject({ watermark: '4', notice: 'recreated' });
  expect(await registry.metrics()).not.toMatch(/guard_trips_total [1-9]/);
});
