import { readdirSync } from 'node:fs';
import { COUNTED_TOPICS } from '../../../contracts/model/topics';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { caughtUp, played, send } from './setting';

/** REELWAY_TEST_KILLED_EVENTS=100000 and REELWAY_TEST_KILLS=10 for the full size. */
const EVENTS = Number(process.env['REELWAY_TEST_KILLED_EVENTS'] ?? 12_000);
const KILLS = Number(process.env['REELWAY_TEST_KILLS'] ?? 3);
const CREATORS = 7;

jest.setTimeout(600_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'kafka'] });
}, 90_000);
afterAll(() => world.close(), 90_000);

const counted = async (): Promise<number> => {
  const { rows } = await world.pool.query<{ sum: string | null }>(
    'SELECT sum(events)::text AS sum FROM creator_totals',
  );
  return Number(rows[0]?.sum ?? 0);
};

test('a projector that is killed again and again while events come in counts each of them once', async () => {
  const share = Math.ceil(EVENTS / (KILLS + 1));
  let sent = 0;
  const sendShare = async (): Promise<void> => {
    const count = Math.min(share, EVENTS - sent);
    const from = sent;
    sent += count;
    await send(
      world,
      Array.from({ length: count }, (_, at) =>
        played({
          ...{ user_id: `u-${String(from + at)}`, creator_id: `c-${String((from + at) % CREATORS)}` },
          ...{ content_id: `x-${String((from + at) % 50)}`, watch_duration_seconds: 1 },
        }),
      ),
    );
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await counted();
    // Half of them between the commit in Postgres and that of the offsets, where everything comes again.
    const fault = kill % 2 === 0 ? {} : { REELWAY_FAULT: 'projector.after-commit' };
    const projector = await world.spawnReelway(['projector'], fault);
    await sendShare();
    // What one that was killed there had counted comes again first, and adds nothing.
    const isReached = () => readdirSync(world.dirs.faults).some((file) => file.endsWith(`.${String(projector.pid)}`));
    await eventually('some of it is counted', async () => isReached() || (await counted()) > before);
    projector.kill('SIGKILL');
    await projector.waitForExit();
  }
  const last = await world.spawnReelway(['projector']);
  await sendShare();
  await caughtUp(world);
  last.kill('SIGTERM');
  expect((await last.waitForExit()).code).toBe(0);

  expect(sent).toBe(EVENTS);
  expect(await counted()).toBe(EVENTS);
  const { rows } = await world.pool.query<{ events: string; seconds: string }>(
    'SELECT sum(events)::text AS events, sum(watch_seconds)::text AS seconds FROM content_totals',
  );
  expect(rows).toEqual([{ events: String(EVENTS), seconds: String(EVENTS) }]);
  const perCreator = await world.pool.query<{ events: string }>('SELECT events::text FROM creator_totals');
  for (const { events } of perCreator.rows) expect(Math.abs(Number(events) - EVENTS / CREATORS)).toBeLessThan(1);
  const lags = await Promise.all(COUNTED_TOPICS.map((topic) => world.kafka.lag(world.config.projector.groupId, topic)));
  expect(lags.flat().filter(({ high, committed }) => BigInt(committed ?? 0) < BigInt(high))).toEqual([]);
});
