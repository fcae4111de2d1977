import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Kek } from '../../../platform/keys/kek';
import { createKeyStore, openKeyStore } from '../../../platform/keys/key-store';
import { createWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await createWorld({ uses: ['postgres'] })));
afterAll(() => world.close());

const HEX_16_BYTES = /^[0-9a-f]{32}$/;
const first = { contentId: 'c1', packageSet: 'g1r1s1' };

describe('the key store', () => {
  test('makes a key at the first use and gives the same one ever after', async () => {
    const store = await openKeyStore(world.pool, { kekFile: `${world.dirs.root}/kek` });
    const made = await store.contentKey(first);
    expect([made.key, made.keyId]).toEqual([expect.stringMatching(HEX_16_BYTES), expect.stringMatching(HEX_16_BYTES)]);
    const again = await store.contentKey(first);
    const byId = await store.unwrap(made.cekId);
    for (const key of [again, byId])
      expect([key.cekId, key.keyId, key.key]).toEqual([made.cekId, made.keyId, made.key]);
  });

  test('gives each content and each package set a key of its own', async () => {
    const store = createKeyStore(world.pool, new Kek(randomBytes(32)));
    const wanted = [
      { contentId: 'c2', packageSet: 'g1r1s1' },
      { contentId: 'c2', packageSet: 'g1r1s2' },
      { contentId: 'c3', packageSet: 'g1r1s1' },
    ];
    const keys = await Promise.all(wanted.map((one) => store.contentKey(one)));
    expect(new Set(keys.flatMap(({ key, keyId }) => [key, keyId])).size).toBe(6);
  });

  test('many that ask at once for a new key get one', async () => {
    const store = createKeyStore(world.pool, new Kek(randomBytes(32)));
    const wanted = { contentId: 'c4', packageSet: 'g1r1s1' };
    const keys = await Promise.all(Array.from({ length: 20 }, () => store.contentKey(wanted)));
    expect(new Set(keys.map(({ key, cekId }) => key + cekId)).size).toBe(1);
  });

  test('opens nothing with another key-encryption key, and says which one is needed', async () => {
    const kek = new Kek(randomBytes(32));
    const wanted = { contentId: 'c5', packageSet: 'g1r1s1' };
    const { cekId } = await createKeyStore(world.pool, kek).contentKey(wanted);
    const other = createKeyStore(world.pool, new Kek(randomBytes(32)));
    const refused = { code: 'KEY_UNAVAILABLE', message: expect.stringContaining(kek.id) as string };
    await expect(other.contentKey(wanted)).rejects.toMatchObject(refused);
    await expect(other.unwrap(cekId)).rejects.toMatchObject(refused);
  });

  test('opens no row that was moved to another content', async () => {
    const store = createKeyStore(world.pool, new Kek(randomBytes(32)));
    const { cekId } = await store.contentKey({ contentId: 'c6', packageSet: 'g1r1s1' });
    await world.pool.query(`UPDATE content_keys SET content_id = 'c7' WHERE cek_id = $1`, [cekId]);
    await expect(store.unwrap(cekId)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
  });

  test('knows nothing of an id it never made', async () => {
    const store = createKeyStore(world.pool, new Kek(randomBytes(32)));
    await expect(store.unwrap('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('keeps the key out of JSON, spreads and inspect, and out of the database', async () => {
    const store = createKeyStore(world.pool, new Kek(randomBytes(32)));
    const made = await store.contentKey({ contentId: 'c8', packageSet: 'g1r1s1' });
    const shown = [JSON.stringify(made), inspect(made, { depth: null, showHidden: true }), JSON.stringify({ ...made })];
    for (const text of shown) expect(text).not.toContain(made.key);
    const rows = await world.pool.query<{ wrapped: Buffer }>('SELECT wrapped FROM content_keys');
    for (const { wrapped } of rows.rows) expect(wrapped.includes(Buffer.from(made.key, 'hex'))).toBe(false);
  });
});
