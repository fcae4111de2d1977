import { randomUUID } from 'node:crypto';
import { acceptAssets, type AssetUpdate } from '../../../operations/assets/accept';
import { createAssetIntake } from '../../../operations/assets/intake';
import { playback } from '../../../operations/assets/playback';
import { lockAssets } from '../../../platform/postgres/assets';
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
const times = ({ body }: AssetUpdate): number => Date.parse(body.occurredAt ?? '');
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

test('several updates of an episode in one transaction are facts in their order, and wake its key once', async () => {
  const [a, b] = [await known(), await known()];
  const intake = createAssetIntake(world.pool);
  const all = [update(a, older), update(b, older), update(a, newer), update(b, newer), update(a, newest)];
  expect(await Promise.all(all.map((one) => intake.accept(one)))).toEqual(all.map(() => 'applied'));
  const { rows } = await world.pool.query<{ key: string; at: Date; same: boolean }>(
    `SELECT i.ordering_key AS key, i.occurred_at AS at, e.row_id = i.row_id AND i.kafka_offset = i.row_id AS same
     FROM inbox i JOIN event_ids e ON e.event_id = i.event_id WHERE i.ordering_key = ANY($1) ORDER BY i.row_id`,
    [[a, b]],
  );
  expect(rows.map(({ key, at, same }) => [key, at.getTime(), same])).toEqual(
    all.toSorted((x, y) => times(x) - times(y)).map((one) => [one.episodeId, times(one), true]),
  );
  const keys = await world.pool.query('SELECT arrivals FROM inbox_keys WHERE ordering_key = ANY($1)', [[a, b]]);
  expect(keys.rows).toEqual([{ arrivals: '1' }, { arrivals: '1' }]);
});

test('a manifest ends the call for it whatever the update says beside, and while the run is open', async () => {
  for (const [phase, over] of [
    ['terminal', { status: 'PROCESSING', ...newer }],
    ['open', newer],
  ] as const) {
    const id = await known();
    await take([update(id)]);
    await makeVisible(world, id);
    await world.pool.query('UPDATE media_assets SET manifest_url = NULL WHERE episode_id = $1', [id]);
    const asked = playback({ pool: world.pool, cdnBase: null, onManifestMissing: () => undefined }, id);
    await expect(asked).rejects.toMatchObject({ code: 'MANIFEST_MISSING' });
    await world.pool.query('UPDATE contents SET phase = $2 WHERE content_id = $1', [id, phase]);
    expect(await createAssetIntake(world.pool).accept(update(id, over))).toBe('applied');
    const { rows } = await world.pool.query('SELECT attention, failure_code FROM contents WHERE content_id = $1', [id]);
    expect([phase, rows]).toEqual([phase, [{ attention: false, failure_code: null }]]);
  }
});

test('viewers who come after the call wait for nobody', async () => {
  const id = await known();
  await take([update(id)]);
  await makeVisible(world, id);
  await world.pool.query('UPDATE media_assets SET manifest_url = NULL WHERE episode_id = $1', [id]);
  const ask = () => playback({ pool: world.pool, cdnBase: null, onManifestMissing: () => undefined }, id);
  await expect(ask()).rejects.toMatchObject({ code: 'MANIFEST_MISSING' });
  const holder = await world.pool.connect();
  await holder.query('BEGIN');
  await lockAssets(holder, [id]);
  const asked = await Promise.allSettled(Array.from({ length: 20 }, ask));
  expect(new Set(asked.map((one) => one.status === 'rejected' && (one.reason as { code: string }).code))).toEqual(
    new Set(['MANIFEST_MISSING']),
  );
  await holder.query('ROLLBACK');
  holder.release();
});
