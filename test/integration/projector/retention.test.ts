import { COUNT_WINDOW_DAYS, TIMELESS_DAY } from '../../../contracts/model/engagement';
import { tidySeen } from '../../../platform/postgres/retention';
import { createWorld, type World } from '../../support/world';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
}, 60_000);
afterAll(() => world.close(), 60_000);
beforeEach(() => world.pool.query('DELETE FROM seen'));

const KEEP = { days: COUNT_WINDOW_DAYS, daysAhead: 1, rowsAtOnce: 10 };

/** Identities of a day, seen so many days ago. */
const remember = (count: number, { day, daysAgo }: { day: string; daysAgo: number }): Promise<unknown> =>
  world.pool.query(
    `INSERT INTO seen (day, identity, payload_hash, seen_at)
     SELECT $2::date, gen_random_uuid(), 1, now() - $3::int * interval '1 day' FROM generate_series(1, $1::int)`,
    [count, day, daysAgo],
  );

const left = async (): Promise<object[]> => {
  const { rows } = await world.pool.query<object>(
    'SELECT day::text, count(*)::int AS rows FROM seen GROUP BY day ORDER BY day',
  );
  return rows;
};

const OLD = { daysAgo: COUNT_WINDOW_DAYS + 1 };

test.each([
  ['more of no day than of days without a partition', 45, 5],
  ['more of days without a partition than of no day', 5, 45],
  ['none of a day without a partition', 45, 0],
])('identities out of the window all go, a few at a time: %s', async (_what, timeless, ofADay) => {
  await remember(timeless, { day: TIMELESS_DAY, ...OLD });
  await remember(ofADay, { day: '2020-02-02', ...OLD });
  expect(await tidySeen(world.pool, KEEP)).toMatchObject({ rows: timeless + ofADay });
  expect(await left()).toEqual([]);
  expect(await tidySeen(world.pool, KEEP)).toMatchObject({ rows: 0 });
});

test('identities of no day within the window stay, and so does what is yet to come', async () => {
  await remember(25, { day: TIMELESS_DAY, daysAgo: COUNT_WINDOW_DAYS - 1 });
  await remember(15, { day: TIMELESS_DAY, ...OLD });
  await remember(3, { day: '2999-01-01', daysAgo: 0 });
  expect(await tidySeen(world.pool, KEEP)).toMatchObject({ rows: 15 });
  expect(await left()).toEqual([
    { day: TIMELESS_DAY, rows: 25 },
    { day: '2999-01-01', rows: 3 },
  ]);
});
