import { KEEP_DAYS } from '../../../bridge/inbound/keeper';
import { tidy } from '../../../platform/postgres/retention';
import { addToContents } from '../../../platform/postgres/totals';
import { createWorld, type World } from '../../support/world';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
}, 60_000);
afterAll(() => world.close(), 60_000);

const KEEP = { days: KEEP_DAYS, daysAhead: 3, rowsAtOnce: 10 };
const day = async (offset: number): Promise<string> => {
  const { rows } = await world.pool.query<{ day: string }>(
    `SELECT to_char(current_date + $1::int, 'YYYYMMDD') AS day`,
    [offset],
  );
  return rows[0]?.day ?? '';
};
const partitions = async (): Promise<string[]> => {
  const { rows } = await world.pool.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'inbox'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
const makeDay = async (offset: number, statuses: string[]): Promise<string> => {
  const name = `inbox_${await day(offset)}`;
  const [from, to] = [await day(offset), await day(offset + 1)];
  await world.pool.query(`CREATE TABLE ${name} PARTITION OF inbox FOR VALUES FROM ('${from}') TO ('${to}')`);
  for (const status of statuses) await addRow(offset, status);
  return name;
};
const addRow = (offset: number, status: string): Promise<unknown> =>
  world.pool.query(
    `INSERT INTO inbox (received_day, status, ordering_key, topic, event_id, occurred_at, fact, raw)
     VALUES (current_date + $1::int, $2, 'c', 'media.transcoded', gen_random_uuid()::text, now(), '{}', '')`,
    [offset, status],
  );

test('days are made ahead, once, and new rows go into them', async () => {
  const tidied = await tidy(world.pool, KEEP);
  expect(tidied?.made).toEqual([`inbox_${await day(1)}`, `inbox_${await day(2)}`, `inbox_${await day(3)}`]);
  expect((await tidy(world.pool, KEEP))?.made).toEqual([]);
  await addRow(1, 'open');
  const there = await world.pool.query(`SELECT 1 FROM inbox_${await day(1)}`);
  expect(there.rows).toHaveLength(1);
});

test('a day that is over is dropped, one in which something is open or parked stays', async () => {
  const over = await makeDay(-KEEP_DAYS - 1, ['done', 'dead']);
  const open = await makeDay(-KEEP_DAYS - 2, ['done', 'open']);
  const parked = await makeDay(-KEEP_DAYS - 3, ['parked']);
  const young = await makeDay(-KEEP_DAYS, ['done']);
  expect((await tidy(world.pool, KEEP))?.dropped).toEqual([over]);
  expect(await partitions()).toEqual(expect.arrayContaining([open, parked, young]));
  expect(await partitions()).not.toContain(over);
});

test('rows of days that had no partition, and identities that have expired, go in bounded steps', async () => {
  for (let count = 0; count < 25; count++) await addRow(-KEEP_DAYS - 9, 'done');
  await addRow(-KEEP_DAYS - 9, 'open');
  await world.pool.query(
    `INSERT INTO event_ids (consumer, event_id, payload_hash, row_id, topic, content_id, expires_at)
     SELECT 'bridge', 'expired-' || n, ''::bytea, n, 't', 'c', now() - interval '1 s' FROM generate_series(1, 25) n
     UNION ALL SELECT 'bridge', 'kept', ''::bytea, 99, 't', 'c', now() + interval '1 h'`,
  );
  expect(await tidy(world.pool, KEEP)).toMatchObject({ rows: 25, identities: 25 });
  expect((await world.pool.query('SELECT event_id FROM event_ids')).rows).toEqual([{ event_id: 'kept' }]);
});

test('rows that came before their content was known carry its residency afterwards', async () => {
  const early = Array.from({ length: 25 }, (_, n) => `early-${String(n + 1)}`);
  await addToContents(
    world.pool,
    [...early, 'nobodys'].map((id) => ({ id, events: [1, 0, 0, 0, 0, 0, 0, 0], seconds: [9], moreSeconds: null })),
  );
  await world.pool.query(
    `INSERT INTO content_metrics (content_id, score, rating_sum, ratings, likes, views) VALUES ('early-1', 1, 0, 0, 0, 0);
     INSERT INTO media_assets (episode_id, version, body_hash, status) VALUES ('early-1', now(), '', 'PENDING');
     INSERT INTO asset_conflicts (episode_id, version, status, body_hash, standing_version, standing_status)
       VALUES ('early-1', now(), 'PENDING', '', now(), 'READY');
     INSERT INTO contents (content_id, phase, status, residency) SELECT 'early-' || n, 'draft', 'DRAFT', 'NG' FROM generate_series(1, 25) n`,
  );
  expect(await tidy(world.pool, KEEP)).toMatchObject({ residencies: 28 });
  const { rows } = await world.pool.query(
    `SELECT residency, count(*)::int FROM (SELECT residency FROM content_totals UNION ALL SELECT residency FROM content_metrics
       UNION ALL SELECT residency FROM media_assets UNION ALL SELECT residency FROM asset_conflicts) x GROUP BY 1 ORDER BY 1`,
  );
  expect(rows).toEqual([
    { residency: 'NG', count: 28 },
    { residency: null, count: 1 },
  ]);
});

test('one process tidies at a time', async () => {
  const both = await Promise.all([tidy(world.pool, KEEP), tidy(world.pool, KEEP)]);
  expect(both.filter((one) => one === null).length).toBeLessThanOrEqual(1);
  const held = await world.pool.connect();
  await held.query('SELECT pg_advisory_lock(7330202)');
  expect(await tidy(world.pool, KEEP)).toBeNull();
  held.release(true);
});
