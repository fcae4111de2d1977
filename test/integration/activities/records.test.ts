import { inTransaction } from '../../../platform/postgres/pool';
import { findOutput, listOutputs, markRemoved, recordOutput, type Output } from '../../../platform/postgres/outputs';
import { describeSource, findOriginal, registerSource } from '../../../platform/postgres/sources';
import { createWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => (world = await createWorld({ uses: ['postgres'] })));
afterAll(() => world.close());

const output = (changes: Partial<Output> = {}): Output => ({
  ...{ contentId: 'c1', generation: 1, revision: 1, stage: 'transcode', variant: '720p', inputHash: 'h' },
  ...{ keys: ['a1/720p.mp4'], sha256: 's', bytes: 5_000_000_000, attempt: 1, meta: { label: '720p' } },
  ...changes,
});

describe('recorded outputs', () => {
  test('are found again, by exactly what names them', async () => {
    await recordOutput(world.pool, output());
    expect(await findOutput(world.pool, output())).toEqual(output());
    for (const other of [{ generation: 2 }, { revision: 2 }, { variant: '360p' }, { inputHash: 'x' }]) {
      expect(await findOutput(world.pool, output(other))).toBeNull();
    }
  });

  test('stand once: the first attempt wins, and a later one is told so', async () => {
    const first = output({ contentId: 'c2' });
    const second = output({ contentId: 'c2', keys: ['a2/720p.mp4'], attempt: 2 });
    const ten = Array.from({ length: 10 }, (_, index) => output({ contentId: 'c3', keys: [`a${String(index)}`] }));
    expect(await recordOutput(world.pool, first)).toEqual(first);
    expect(await recordOutput(world.pool, second)).toEqual(first);
    const standing = await Promise.all(ten.map((one) => recordOutput(world.pool, one)));
    expect(new Set(standing.map(({ keys }) => keys[0])).size).toBe(1);
  });

  test('make way once they were removed, and only the removed one is marked', async () => {
    const first = output({ contentId: 'c4' });
    const second = output({ contentId: 'c4', keys: ['a2/720p.mp4'], attempt: 2 });
    await recordOutput(world.pool, first);
    await markRemoved(world.pool, first);
    expect(await findOutput(world.pool, first)).toBeNull();
    expect(await recordOutput(world.pool, second)).toEqual(second);
    await markRemoved(world.pool, first);
    expect(await listOutputs(world.pool, second)).toEqual([second]);
  });
});

describe('registered sources', () => {
  const register = (contentId: string, rawKey: string, creatorId = contentId): Promise<boolean> =>
    inTransaction(world.pool, (client) =>
      registerSource(client, { contentId, generation: 1, revision: 1, rawKey, creatorId, residency: 'GLOBAL' }),
    );
  const describeAs = (contentId: string, sha256: string): Promise<void> =>
    inTransaction(world.pool, (client) =>
      describeSource(client, { contentId, generation: 1, revision: 1 }, { sha256, bytes: 1, probe: {}, ladder: [] }),
    );
  const originalOf = (contentId: string, sha256: string, creatorId = contentId) =>
    findOriginal(world.pool, { contentId, generation: 1, revision: 1, sha256, creatorId });

  test('hold a raw key for one content, which may register it again', async () => {
    expect(await register('s1', 'raw/s1')).toBe(true);
    expect(await register('s1', 'raw/s1')).toBe(true);
    expect(await register('s2', 'raw/s1')).toBe(false);
  });

  test('a key that ten contents claim at once is one content’s', async () => {
    const claims = Array.from({ length: 10 }, (_, index) => register(`many${String(index)}`, 'raw/many'));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  test('a copy is found by the later one, and the original by nobody', async () => {
    for (const id of ['o1', 'o2']) await register(id, `raw/${id}`);
    // Registered first, but read last: what was known first is the original.
    await describeAs('o2', 'sha-o');
    await describeAs('o1', 'sha-o');
    expect(await originalOf('o1', 'sha-o')).toEqual({ contentId: 'o2', creatorId: 'o2' });
    expect(await originalOf('o2', 'sha-o')).toBeNull();
    await describeAs('o2', 'sha-o');
    expect(await originalOf('o2', 'sha-o')).toBeNull();
  });

  test('the same creator’s file is no copy', async () => {
    for (const id of ['p1', 'p2']) {
      await register(id, `raw/${id}`, 'pia');
      await describeAs(id, 'sha-p');
    }
    expect(await originalOf('p2', 'sha-p', 'pia')).toBeNull();
  });

  test('whose file it was first may bring it again after another creator’s copy of it', async () => {
    for (const [id, creator] of Object.entries({ q1: 'quin', q2: 'rob', q3: 'quin' })) {
      await register(id, `raw/${id}`, creator);
      await describeAs(id, 'sha-q');
    }
    expect(await originalOf('q2', 'sha-q', 'rob')).toEqual({ contentId: 'q1', creatorId: 'quin' });
    expect(await originalOf('q3', 'sha-q', 'quin')).toBeNull();
  });

  test('of ten equal files read at once, nine are copies', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `e${String(index)}`);
    await Promise.all(ids.map((id) => register(id, `raw/${id}`)));
    const seen = await Promise.all(
      ids.map(async (id) => {
        await describeAs(id, 'sha-e');
        return originalOf(id, 'sha-e');
      }),
    );
    expect(seen.filter((original) => original === null)).toHaveLength(1);
  });
});
