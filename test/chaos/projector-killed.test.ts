import { expectExactThrough } from '../integration/projector/killed';
import { createWorld, type World } from '../support/world';
import { report, sized } from './chaos';

const [EVENTS, KILLS] = sized({ full: [100_000, 10], short: [12_000, 3] });

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'kafka'] });
});
afterAll(() => world.close());

test(`a projector killed ${String(KILLS)} times over ${String(EVENTS)} events: every sum is exact`, async () => {
  const begun = performance.now();
  await expectExactThrough(world, { events: EVENTS, kills: KILLS });
  const seconds = (performance.now() - begun) / 1_000;
  report(
    `projector killed ${String(KILLS)} times: ${String(EVENTS)} events, each counted once, ${seconds.toFixed(1)} s`,
  );
});
