import { randomUUID } from 'node:crypto';
import { acceptAssets, type AssetUpdate } from '../../../operations/assets/accept';
import { createAssetIntake } from '../../../operations/assets/intake';
import { playback } from '../../../operations/assets/playback';
import { inTransaction, type PoolClient } from '../../../platform/postgres/pool';
import { makeVisible, readyBody } from '../../support/assets';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

// A busy machine with two cores.
jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
}, 60_000);
afterAll(() => world.close(), 60_000);

const known = async (): Promise<string> => {
  const id = randomUUID();
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, creator_id, residency) VALUES ($1, 'draft', 'DRAFT', 'anna', 'GLOBAL')`,
    [id],
  );
  return id;
};

const update = (episodeId: string, over: object = {}): AssetUpdate => {
  const body = readyBody(over) as AssetUpdate['body'];
  return { episodeId, body, at: Date.now(), raw: Buffer.from(JSON.stringify({ episodeId, ...body })) };
};

const older = { occurredAt: '2026-02-01T00:00:00Z' };
const newer = { occurredAt: '2026-04-01T00:00:00Z' };
const newest = { occurredAt: '2026-05-01T00:00:00Z' };
const waiting = async (count: number): Promise<void> => {
  await eventually('they wait for one another', async () => {
    const { rows } = await world.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return (rows[0]?.n ?? 0) >= count;
  });
};

/** Another transaction that has an episode in hand. Where it waits in a ring, the other one is ended. */
async function hold(id: string): Promise<PoolClient> {
  const client = await world.pool.connect();
  await client.query(`BEGIN; SET LOCAL deadlock_timeout = '60s'`);
  await client.query('SELECT 1 FROM media_assets WHERE episode_id = $1 FOR UPDATE', [id]);
  return client;
}

const take = (updates: AssetUpdate[]): Promise<string[]> =>
  inTransaction(world.pool, async (db) => {
    const results = await acceptAssets(db, updates, { mustBeKnown: true });
    return results.map(({ is }) => is);
  });

test('two batches about the same episodes never wait for one another in a ring', async () => {
  const [a = '', b = ''] = [await known(), await known()].sort();
  await take([update(a), update(b)]);
  const holder = await hold(b);
  // Of the first, what stands already: its row is met only in the second round, after that of the other episode.
  const rounds = take([update(a), update(b, newer), update(a, newer)]);
  await waiting(1);
  const straight = take([update(a, newest), update(b, newest)]);
  await waiting(2);
  await holder.query('COMMIT');
  holder.release();
  expect(await rounds).toEqual(['unchanged', 'applied', 'applied']);
  expect(await straight).toEqual(['applied', 'applied']);
});

test('a request that loses against another transaction is tried once more, and answered as if nothing had been', async () => {
  const id = await known();
  const intake = createAssetIntake(world.pool);
  await intake.accept(update(id, older));
  const other = await hold(id);
  // The update has the lock of its episode, and waits for the row.
  const answer = intake.accept(update(id, newer));
  await waiting(1);
  const ring = other.query(`SELECT pg_advisory_xact_lock(hashtextextended('asset:' || $1::text, 0))`, [id]);
  await other.query('COMMIT');
  await ring;
  other.release();
  expect(await answer).toBe('applied');
});

test('a viewer who asks while the manifest comes back calls nobody for it', async () => {
  const id = await known();
  await take([update(id)]);
  await makeVisible(world, id);
  await world.pool.query('UPDATE media_assets SET manifest_url = NULL WHERE episode_id = $1', [id]);
  const bringing = await world.pool.connect();
  await bringing.query('BEGIN');
  expect(await acceptAssets(bringing, [update(id)], { mustBeKnown: true })).toMatchObject([
    { is: 'applied', isRestored: false },
  ]);
  const asked = playback({ pool: world.pool, cdnBase: null, onManifestMissing: () => undefined }, id);
  await waiting(1);
  await bringing.query('COMMIT');
  bringing.release();
  await expect(asked).rejects.toMatchObject({ code: 'MANIFEST_MISSING' });
  const { rows } = await world.pool.query('SELECT attention FROM contents WHERE content_id = $1', [id]);
  expect(rows).toEqual([{ attention: false }]);
});
