import { createWorld, type World } from '../../support/world';
import { expectExactThrough } from './killed';

// Processes that start one after the other, on a busy machine with two cores.
jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'kafka'] });
}, 90_000);
afterAll(() => world.close(), 90_000);

/** The full size is test/chaos/projector-killed.test.ts. */
test('a projector that is killed again and again while events come in counts each of them once', () =>
  expectExactThrough(world, { events: 6_000, kills: 2 }));
