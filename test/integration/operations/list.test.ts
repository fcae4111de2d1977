import { list, type ListInput } from '../../../operations/list';
import { createWorld, type World } from '../../support/world';

const COUNT = 25;
const HOUR_MS = 3_600_000;

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  // All in one statement, so that many have the same time to the microsecond.
  await world.pool.query(
    `INSERT INTO contents
       (content_id, phase, status, stage, attention, residency, content_type, creator_id, updated_at, failure_code, since)
     SELECT 'c-' || lpad(n::text, 3, '0'), 'open', CASE WHEN n % 5 = 0 THEN 'PARKED' ELSE 'RUNNING' END,
       CASE WHEN n % 2 = 0 THEN 'transcode' ELSE 'package' END, n % 5 = 0,
       CASE WHEN n % 3 = 0 THEN 'NG' ELSE 'GLOBAL' END, 'VIDEO', 'creator-' || n % 4,
       timestamptz '2025-01-01 00:00:00.123456+00' + (n / 10) * interval '1 microsecond',
       CASE WHEN n % 10 = 0 THEN 'TRANSCODE_FAILED' END, now() - n * interval '1 hour'
     FROM generate_series(1, $1) n`,
    [COUNT],
  );
});
afterAll(() => world.close());

const ids = async (input: ListInput): Promise<string[]> =>
  (await list(world, input)).contents.map((content) => content.contentId);

async function allPages(limit: number): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list(world, { limit, ...(after !== '' && { after }) });
    seen.push(...page.contents.map((content) => content.contentId));
    after = page.next;
  }
  return seen;
}

test.each([1, 4, 7, 25, 100])('pages of %i show every content once, newest first', async (limit) => {
  const seen = await allPages(limit);
  expect(seen).toHaveLength(COUNT);
  expect(new Set(seen).size).toBe(COUNT);
  expect(seen).toEqual(await ids({ limit: 1_000 }));
  expect(seen[0]).toBe('c-020');
});

test('filters narrow, alone and together', async () => {
  expect(await ids({ attention: true })).toEqual(['c-020', 'c-025', 'c-010', 'c-015', 'c-005']);
  expect(await ids({ status: 'PARKED', stage: 'transcode' })).toEqual(['c-020', 'c-010']);
  expect(await ids({ residency: 'NG', attention: true })).toEqual(['c-015']);
  expect(await ids({ code: 'TRANSCODE_FAILED' })).toEqual(['c-020', 'c-010']);
  expect(await ids({ attention: true, minAgeMs: 15 * HOUR_MS })).toEqual(['c-020', 'c-025', 'c-015']);
  expect(await ids({ creatorId: `creator-1' OR true --` })).toEqual([]);
});

test.each([
  [{ after: 'nonsense' }],
  [{ after: Buffer.from('{"updatedAt":"now()","contentId":"x"}').toString('base64url') }],
  [{ limit: 0 }],
  [{ limit: 100_000 }],
  [{ code: 'NO_SUCH' as never }],
  [{ minAgeMs: -1 }],
  [{ minAgeMs: 1e15 }],
])('a page that cannot be is refused: %j', async (input) => {
  await expect(list(world, input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
