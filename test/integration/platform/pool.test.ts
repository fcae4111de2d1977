import { createPool, inTransaction } from '../../../platform/postgres/pool';
import { createWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  await world.pool.query('CREATE TABLE marks (name text PRIMARY KEY)');
});
afterAll(() => world.close());
beforeEach(() => world.pool.query('TRUNCATE marks'));

const marks = async (): Promise<string[]> =>
  (await world.pool.query<{ name: string }>('SELECT name FROM marks ORDER BY 1')).rows.map(({ name }) => name);

test('a transaction commits all or nothing, and gives its result or its error', async () => {
  const result = await inTransaction(world.pool, async (client) => {
    await client.query("INSERT INTO marks VALUES ('kept')");
    return 'done';
  });
  const broken = inTransaction(world.pool, async (client) => {
    await client.query("INSERT INTO marks VALUES ('lost')");
    await client.query("INSERT INTO marks VALUES ('kept')");
  });
  await expect(broken).rejects.toMatchObject({ code: '23505' });
  expect(result).toBe('done');
  expect(await marks()).toEqual(['kept']);
});

test('a connection that the server ends in mid-transaction costs only that transaction', async () => {
  const ended = inTransaction(world.pool, async (client) => {
    await client.query("INSERT INTO marks VALUES ('lost')");
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await world.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await client.query("INSERT INTO marks VALUES ('lost too')");
  });
  await expect(ended).rejects.toThrow();
  expect(await marks()).toEqual([]);
});

test('numbers that do not fit, sums and days are text', async () => {
  const { rows } = await world.pool.query(
    "SELECT 9007199254740993::int8 AS big, 0.1 AS sum, '2026-03-29'::date AS day",
  );
  expect(rows).toEqual([{ big: '9007199254740993', sum: '0.1', day: '2026-03-29' }]);
});

test('no transaction stays open behind a stopped process, no statement runs for ever', async () => {
  const setting = async (name: string): Promise<unknown> =>
    (await world.pool.query<{ value: string }>('SELECT current_setting($1) AS value', [name])).rows[0]?.value;
  expect(await setting('idle_in_transaction_session_timeout')).toBe('15s');
  expect(await setting('statement_timeout')).toBe('20s');
});

describe('a server that cannot be used', () => {
  const failureAt = async (url: string): Promise<unknown> => {
    const pool = createPool({ url, poolSize: 2 });
    const failure: unknown = await pool.query('SELECT 1').catch((error: unknown) => error);
    await pool.end();
    return failure;
  };

  test('away: the address is named, the password is not', async () => {
    const failure = await failureAt('postgres://reelway:s3cret@127.0.0.1:1/reelway');
    expect(failure).toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(String(failure)).toContain('Postgres at 127.0.0.1:1/reelway');
    expect(String(failure)).not.toContain('s3cret');
  });

  test('an unknown database is no outage: the server’s own words stay', async () => {
    const failure = await failureAt(`${world.config.postgres.url}_none`);
    expect(failure).toMatchObject({ code: '3D000' });
  });
});
