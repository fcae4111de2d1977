import { readdirSync } from 'node:fs';
import { COUNTED_TOPICS } from '../../../contracts/model/topics';
import { eventually } from '../../support/eventually';
import type { World } from '../../support/world';
import { caughtUp, played, send } from './setting';

const CREATORS = 7;
const CONTENTS = 50;

const counted = async ({ pool }: World): Promise<number> => {
  const { rows } = await pool.query<{ sum: string | null }>('SELECT sum(events)::text AS sum FROM creator_totals');
  return Number(rows[0]?.sum ?? 0);
};

/** Events by their number, so that what each creator must have in the end is known. */
const eventsOf = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, at) => {
    const number = from + at;
    return played({
      ...{ user_id: `u-${String(number)}`, creator_id: `c-${String(number % CREATORS)}` },
      ...{ content_id: `x-${String(number % CONTENTS)}`, watch_duration_seconds: 1 },
    });
  });

/** A projector begins, a share of the events comes in, and it is killed in the middle of its work. */
async function countAndKill(world: World, kill: number, sendShare: () => Promise<void>): Promise<void> {
  const before = await counted(world);
  // Half of them between the commit in Postgres and that of the offsets, where everything comes again.
  const fault = kill % 2 === 0 ? {} : { REELWAY_FAULT: 'projector.after-commit' };
  const projector = await world.spawnReelway(['projector'], fault);
  await sendShare();
  // What one that was killed there had counted comes again first, and adds nothing.
  const isReached = () => readdirSync(world.dirs.faults).some((file) => file.endsWith(`.${String(projector.pid)}`));
  await eventually('some of it is counted', async () => isReached() || (await counted(world)) > before);
  projector.kill('SIGKILL');
  await projector.waitForExit();
}

/** Sends `events` while projectors are killed `kills` times, and looks for each event exactly once in every sum. */
export async function expectExactThrough(world: World, { events, kills }: { events: number; kills: number }) {
  const share = Math.ceil(events / (kills + 1));
  let sent = 0;
  const sendShare = async (): Promise<void> => {
    const until = Math.min(events, sent + share);
    const records = eventsOf(sent, until);
    sent = until;
    await send(world, records);
  };
  for (let kill = 0; kill < kills; kill++) await countAndKill(world, kill, sendShare);
  const last = await world.spawnReelway(['projector']);
  await sendShare();
  await caughtUp(world);
  last.kill('SIGTERM');
  expect((await last.waitForExit()).code).toBe(0);
  expect(sent).toBe(events);
  await expectExact(world, events);
}

async function expectExact(world: World, events: number): Promise<void> {
  expect(await counted(world)).toBe(events);
  const contents = await world.pool.query<{ events: string; seconds: string }>(
    'SELECT sum(events)::text AS events, sum(watch_seconds)::text AS seconds FROM content_totals',
  );
  expect(contents.rows).toEqual([{ events: String(events), seconds: String(events) }]);
  const creators = await world.pool.query<{ creator: string; events: number }>(
    'SELECT creator_id AS creator, events::int FROM creator_totals ORDER BY creator_id',
  );
  expect(creators.rows).toEqual(
    Array.from({ length: CREATORS }, (_, creator) => ({
      ...{ creator: `c-${String(creator)}`, events: Math.ceil((events - creator) / CREATORS) },
    })),
  );
  const lags = await Promise.all(COUNTED_TOPICS.map((topic) => world.kafka.lag(world.config.projector.groupId, topic)));
  expect(lags.flat().filter(({ high, committed }) => BigInt(committed ?? 0) < BigInt(high))).toEqual([]);
}
