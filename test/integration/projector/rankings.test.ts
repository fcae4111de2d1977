import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { RATINGS_KEY, TRENDING_KEY } from '../../../contracts/model/rankings';
import type { OutgoingRecord } from '../../../contracts/model/ports';
import { startStack, type Stack } from '../../../local/stack';
import { rebuildRankings } from '../../../operations/engagement/rebuild';
import { ratings, trending } from '../../../operations/engagement/trending';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { caughtUp, metricsOf, projectorOf, ranked, register, send, type Running } from './setting';

// A busy machine with two cores.
jest.setTimeout(120_000);

let dir: string;
let own: Stack;
let world: World;
let running: Running;

beforeAll(async () => {
  // One of its own: it is emptied, stopped and killed.
  dir = mkdtempSync(join(tmpdir(), 'reelway-redis-'));
  own = await startStack({ parts: ['redis'], dir, useEnvironment: false });
  world = await createWorld({ uses: ['postgres', 'kafka'], servers: { redis: own.redis } });
  running = await projectorOf(world);
}, 120_000);
afterAll(async () => {
  await running.stop();
  await world.close();
  await own.stop();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);

const IDS = Array.from({ length: 12 }, () => randomUUID()).sort();
/** Sums of such numbers depend on their order where they are floats. */
const SCORES = [0.1, 0.2, 0.3, 1e-7, 3.3, 1e15, 0.7, 12.34];

const messages = (): OutgoingRecord[] =>
  Array.from({ length: 60 }, (_, at) =>
    metricsOf([
      { contentId: IDS[at % IDS.length], score: SCORES[at % SCORES.length], rating: (at * 7) % 6, likes: 1 },
      { contentId: IDS[(at * 5 + 1) % IDS.length], score: SCORES[(at * 3) % SCORES.length] },
    ]),
  );

const shuffled = <T>(items: T[], seed: number): T[] =>
  items
    .map((item, at) => ({ item, by: Math.sin(seed * 1_000 + at) }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item);

const sets = async () => ({
  trending: await ranked(running.redis, TRENDING_KEY),
  ratings: await ranked(running.redis, RATINGS_KEY),
});

async function expected() {
  const { rows } = await world.pool.query<{ id: string; score: string; rating: string | null }>(
    `SELECT content_id AS id, score::text, (rating_sum / nullif(ratings, 0))::text AS rating FROM content_metrics`,
  );
  const falling = (pairs: [string, number][]) => pairs.sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1));
  return {
    trending: falling(rows.map(({ id, score }) => [id, Number(score)])),
    ratings: falling(rows.flatMap(({ id, rating }) => (rating === null ? [] : [[id, Number(rating)]]))),
  };
}

/** Resolves with the ms it took. */
async function right(): Promise<number> {
  const begun = performance.now();
  await eventually('the sets are as Postgres has them', async () => {
    expect(await sets()).toEqual(await expected());
    return true;
  });
  return performance.now() - begun;
}

test('in every order and with every message five times the sets are the same', async () => {
  await register(world, IDS);
  const all = messages();
  await send(world, all);
  await caughtUp(world);
  await right();
  const once = await sets();
  expect(once.trending).toHaveLength(IDS.length);
  for (let seed = 1; seed <= 4; seed++) await send(world, shuffled(all, seed));
  await caughtUp(world);
  await right();
  expect(await sets()).toEqual(once);

  // The same messages in another world's order, from nothing.
  await world.pool.query('TRUNCATE content_metrics, seen');
  await send(
    world,
    shuffled([...all, ...all, ...all, ...all, ...all], 9).map((record) => ({ ...record })),
  );
  await caughtUp(world);
  await rebuildRankings({ pool: world.pool }, { actor: 'test' });
  await right();
  expect(await sets()).toEqual(once);
});

test('right again within seconds after FLUSHALL, and after a kill and a new start', async () => {
  const client = createClient({ url: own.redis.url });
  await client.connect();
  await client.flushAll();
  client.destroy();
  expect(await right()).toBeLessThan(5_000);

  await own.kill('redis', 'SIGKILL');
  await own.restart('redis');
  expect(await right()).toBeLessThan(10_000);
});

test('counting goes on while Redis is away, hanging or down, and the sets are right soon after', async () => {
  const score = async () =>
    (await world.pool.query<{ score: string }>('SELECT sum(score)::text AS score FROM content_metrics')).rows[0]?.score;
  for (const [go, back] of [
    [() => own.kill('redis', 'SIGKILL'), () => own.restart('redis')],
    [() => own.kill('redis', 'SIGSTOP'), () => own.kill('redis', 'SIGCONT')],
  ] as const) {
    const before = await score();
    await go();
    await send(world, messages());
    await caughtUp(world);
    expect(await score()).not.toBe(before);
    await expect(
      trending({ pool: world.pool, redis: () => running.redis }, { limit: 5, offset: 0 }),
    ).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
    });
    expect(running.projector.ready()).toBe(true);
    await back();
    expect(await right()).toBeLessThan(10_000);
  }
});

test('a second projector writes nothing, and takes over where the first one ends', async () => {
  const second = await projectorOf(world, { groupId: `${world.name}-second` });
  await send(world, messages());
  await running.stop();
  running = second;
  await caughtUp(world, `${world.name}-second`);
  expect(await right()).toBeLessThan(10_000);
});

test('readers are shown what is visible now, with its title, and told of the age gate', async () => {
  const deps = { pool: world.pool, redis: () => running.redis };
  const [first, second, third] = (await sets()).trending.map(([id]) => id);
  await world.pool.query(`UPDATE contents SET visibility = 'REMOVED', removed_at = now() WHERE content_id = $1`, [
    first,
  ]);
  await world.pool.query(`UPDATE contents SET visibility = 'AGE_GATED' WHERE content_id = $1`, [second]);
  const shown = await trending(deps, { limit: 2, offset: 0 });
  expect(shown).toMatchObject([
    { contentId: second, ageGated: true, title: `Title of ${String(second)}`, residency: 'NG' },
    { contentId: third, ageGated: false },
  ]);
  expect((await trending(deps, { limit: 1, offset: 1 }))[0]?.contentId).toBe(third);
  expect((await ratings(deps, { limit: 100, offset: 0 })).length).toBeGreaterThan(0);
  await expect(trending(deps, { limit: 0, offset: 0 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('a rebuild is done by the projector that writes; without one it is refused at once', async () => {
  const done = await world.runReelway(['trending', 'rebuild', '-o', 'json']);
  expect([done.code, (JSON.parse(done.stdout) as { members: number }).members]).toEqual([0, IDS.length]);
  await world.pool.query(`UPDATE ranking_writer SET seen_at = now() - interval '1 minute'`);
  await running.projector.stop();
  await world.pool.query(`UPDATE ranking_writer SET seen_at = now() - interval '1 minute'`);
  await expect(rebuildRankings({ pool: world.pool }, { actor: 'test' })).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringContaining('No projector') as string,
  });
});
