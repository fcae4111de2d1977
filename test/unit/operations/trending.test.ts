import { FURTHEST, MOST_LISTED, trending } from '../../../operations/engagement/trending';
import type { Pool } from '../../../platform/postgres/pool';
import type { Redis } from '../../../platform/redis/client';

/** A set of so many members, of which those that `isVisible` are; counts how often it is looked at. */
function setOf(size: number, isVisible: (place: number) => boolean = () => true) {
  const looks: number[] = [];
  const redis = {
    highest: (_key: string, from: number, count: number) => {
      const members = Array.from({ length: Math.max(0, Math.min(count, size - from)) }, (_, at) => ({
        ...{ member: String(from + at), score: size - from - at },
      }));
      looks.push(members.length);
      return Promise.resolve(members);
    },
  } as unknown as Redis;
  const query = (_sql: string, [ids]: [string[]]) =>
    Promise.resolve({ rows: ids.filter((id) => isVisible(Number(id))).map((contentId) => ({ contentId })) });
  return { looks, deps: { redis: () => redis, pool: { query } as unknown as Pool } };
}

test('the first page takes one look, the furthest three', async () => {
  const first = setOf(50_000);
  expect(await trending(first.deps, { limit: 20, offset: 0 })).toHaveLength(20);
  expect(first.looks).toEqual([200]);

  const last = setOf(50_000);
  const page = await trending(last.deps, { limit: MOST_LISTED, offset: FURTHEST });
  expect([page.at(0)?.contentId, page.at(-1)?.contentId]).toEqual(['1000', '1099']);
  expect(last.looks).toEqual([200, 400, 800]);
});

test('contents that nobody may see are passed over, in five looks at most', async () => {
  const sparse = setOf(50_000, (place) => place % 50 === 0);
  const page = await trending(sparse.deps, { limit: 20, offset: 0 });
  expect(page.map(({ contentId }) => contentId).slice(0, 3)).toEqual(['0', '50', '100']);
  expect(sparse.looks).toEqual([200, 400, 800]);

  const hidden = setOf(50_000, () => false);
  expect(await trending(hidden.deps, { limit: 20, offset: 0 })).toEqual([]);
  expect(hidden.looks).toHaveLength(5);
});

test.each([
  { limit: 0, offset: 0 },
  { limit: MOST_LISTED + 1, offset: 0 },
  { limit: 1, offset: FURTHEST + 1 },
  { limit: 1.5, offset: 0 },
])('%j is refused before anything is looked at', async (input) => {
  const { deps, looks } = setOf(10);
  await expect(trending(deps, input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(looks).toEqual([]);
});
