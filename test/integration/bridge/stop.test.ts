import { setTimeout as delay } from 'node:timers/promises';
import { startBridge } from '../../../bridge/inbound/bridge';
import type { KafkaConsumer } from '../../../contracts/model/ports';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(60_000);

/** The sweeper looks four times in so many ms. */
const PARKED_FACT_MS = 400;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

test('a consumer that is slow to leave holds up nothing else: what asks Kafka from time to time has stopped meanwhile', async () => {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const consumer: KafkaConsumer = {
    lastHeartbeatAt: () => Date.now(),
    assignment: () => ({}),
    waiting: () => [],
    joins: () => 1,
    close: () => left,
  };
  let questions = 0;
  const { config, pool, kafka, temporal, log } = world;
  const bridge = await startBridge({
    config: { ...config, bridge: { ...config.bridge, parkedFactMs: PARKED_FACT_MS } },
    ...{ pool, temporal: temporal.client, log },
    kafka: {
      ...kafka,
      consume: () => Promise.resolve(consumer),
      lag: (group, topic) => {
        questions += 1;
        return kafka.lag(group, topic);
      },
    },
  });
  await eventually('it asks again and again', () => questions > 2);

  const stopped = bridge.stop();
  const asked = questions;
  await delay(5 * PARKED_FACT_MS);
  expect(questions).toBe(asked);
  leave();
  await stopped;
});
