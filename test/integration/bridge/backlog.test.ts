import { randomUUID } from 'node:crypto';
import { startBridge } from '../../../bridge/inbound/bridge';
import { createIntake } from '../../../bridge/inbound/intake';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { newContentId, outcomesOf, recordOf, runsOf, transcoded, upload, UNGUARDED } from './events';

jest.setTimeout(90_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

/** More than two reads of a key take: 50 rows each. */
const FACTS = 120;

test('what piled up for one content while no dispatcher ran is all delivered, in order, wherever its upload stands', async () => {
  const take = createIntake({
    ...{ pool: world.pool, log: world.log, lateFlag: 'hide', onTaken: () => undefined },
    ...UNGUARDED,
  });
  const [first, last] = [newContentId(), newContentId()];
  const facts = (id: string) =>
    Array.from({ length: FACTS }, (_, index) =>
      recordOf('media.transcoded', transcoded(id, index + 1), { eventId: randomUUID() }),
    );
  const start = (id: string) => recordOf('media.upload.initiated', upload(id), { eventId: randomUUID() });
  await take([start(first), ...facts(first)]);
  await take([...facts(last), start(last)]);

  const { config, pool, kafka, temporal, log } = world;
  const bridge = await startBridge({ config, pool, kafka, temporal: temporal.client, log });
  try {
    for (const id of [first, last]) {
      await eventually(`all events of ${id} are delivered`, async () =>
        (await outcomesOf(world, id)).every(({ outcome }) => outcome === 'delivered'),
      );
      const runs = await runsOf(world, id);
      expect(runs).toHaveLength(1);
      const seconds = (runs[0]?.signals ?? [])
        .flat()
        .flatMap(({ body }) => (body.kind === 'transcoded' ? [body.durationSeconds] : []));
      expect(seconds).toEqual(Array.from({ length: FACTS }, (_, index) => index + 1));
      expect(Math.max(...(runs[0]?.signals ?? []).map((signal) => signal.length))).toBeLessThanOrEqual(50);
    }
  } finally {
    await bridge.stop();
  }
});
