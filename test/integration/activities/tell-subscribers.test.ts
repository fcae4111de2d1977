import type { ActivityDeps } from '../../../activities';
import { DEFAULT_CHANNELS } from '../../../contracts/model/notices';
import type { NewContent } from '../../../contracts/model/ports';
import { insertFanOut, readFanOut } from '../../../platform/postgres/fanouts';
import { AttemptRun, createSetting, type Setting } from './setting';

jest.setTimeout(60_000);

/** Two pages and a bit. */
const SUBSCRIBERS = 4_100;
const PAGE = 2_000;

let setting: Setting;
beforeAll(async () => {
  setting = await createSetting();
  await setting.world.pool.query(
    `INSERT INTO subscriptions (creator_id, user_id, state, changed_at)
     SELECT 'anna', 'u' || lpad(n::text, 5, '0'), CASE n WHEN 7 THEN 'UNSUBSCRIBED' ELSE 'SUBSCRIBED' END, now()
     FROM generate_series(0, $1::int) n`,
    [SUBSCRIBERS],
  );
}, 60_000);
afterAll(() => setting.world.close());

const contentOf = (contentId: string): NewContent => ({
  ...{ contentId, creatorId: 'anna', title: 'A walk', contentType: 'VIDEO', residency: 'GLOBAL', traceparent: null },
  ...{ channels: DEFAULT_CHANNELS.NEW_CONTENT, at: Date.parse('2026-05-01T10:00:00.123Z') },
});

async function published(contentId: string): Promise<NewContent> {
  const of = contentOf(contentId);
  await setting.world.pool.query(
    `INSERT INTO contents (content_id, phase, visibility) VALUES ($1, 'terminal', 'PUBLISHED')`,
    [contentId],
  );
  await insertFanOut(setting.world.pool, of);
  return of;
}

const show = (contentId: string, change: string): Promise<unknown> =>
  setting.world.pool.query(`UPDATE contents SET ${change} WHERE content_id = $1`, [contentId]);

/** Tells everybody, share by share, as the run does; afterPage is called once a page has left. */
async function tellAll(contentId: string, afterPage: (told: string[]) => Promise<unknown> | undefined) {
  const told: { of: NewContent; users: readonly string[] }[] = [];
  const deps: ActivityDeps = {
    ...setting.deps,
    newContent: {
      tell: async (of, users) => {
        told.push({ of, users });
        await afterPage(told.flatMap((page) => page.users));
      },
    },
  };
  for (;;) {
    const attempt = new AttemptRun(deps);
    const progress = await attempt.run((input: { contentId: string }) => attempt.activities.tellSubscribers(input), {
      contentId,
    });
    if (progress.ended) return { progress, users: told.flatMap((page) => page.users), words: told[0]?.of };
  }
}

const nothing = () => undefined;

test('everybody who is subscribed is told once, page by page, and the row says how far it is', async () => {
  await published('c-all');
  const { progress, users, words } = await tellAll('c-all', nothing);
  expect(progress).toEqual({ told: SUBSCRIBERS, total: SUBSCRIBERS, ended: true, stopped: null });
  expect(new Set(users).size).toBe(SUBSCRIBERS);
  expect(users).not.toContain('u00007');
  expect(words).toMatchObject(contentOf('c-all'));
  expect(await tellAll('c-all', nothing)).toMatchObject({ users: [] });
});

test('an attempt that failed repeats the page that it did not write down, and no other', async () => {
  await published('c-again');
  let fails = true;
  const seen: string[][] = [];
  const failing = (told: string[]): undefined => {
    seen.push(told);
    if (fails && told.length > PAGE) {
      fails = false;
      throw new TypeError('away');
    }
  };
  await expect(tellAll('c-again', failing)).rejects.toThrow('away');
  const { users } = await tellAll('c-again', failing);
  const before = seen[1] ?? [];
  expect(before).toHaveLength(2 * PAGE);
  expect(users[0]).toBe(before[PAGE]);
  expect(new Set([...before, ...users]).size).toBe(SUBSCRIBERS);
});

test.each([
  ['HIDDEN', `visibility = 'HIDDEN'`],
  ['AGE_GATED', `visibility = 'AGE_GATED'`],
  ['REMOVED', `removed_at = now()`],
])('what is %s on the way is told to nobody else, and the row says why', async (stopped, change) => {
  const id = `c-${stopped}`;
  await published(id);
  const { progress, users } = await tellAll(id, () => show(id, change));
  expect(progress).toMatchObject({ told: PAGE, stopped });
  expect(users).toHaveLength(PAGE);
  expect(await readFanOut(setting.world.pool, id)).toMatchObject({ ended: true, stopped, told: PAGE });
});

test('what was hidden on the way and is published again goes on where it was, in its first words', async () => {
  const of = await published('c-back');
  const first = await tellAll('c-back', () => show('c-back', `visibility = 'HIDDEN'`));
  await show('c-back', `visibility = 'PUBLISHED'`);
  await insertFanOut(setting.world.pool, { ...of, title: 'Another title', at: of.at + 1 });
  const second = await tellAll('c-back', nothing);
  expect(second.progress).toMatchObject({ told: SUBSCRIBERS, stopped: null });
  expect(new Set([...first.users, ...second.users]).size).toBe(SUBSCRIBERS);
  expect(first.users.length + second.users.length).toBe(SUBSCRIBERS);
  expect(second.words).toMatchObject({ title: 'A walk', at: of.at });
});

test('a fan-out that goes on is not taken for lost: each page says when it was told', async () => {
  await published('c-long');
  const { pool } = setting.world;
  const ages = () => pool.query(`UPDATE fanouts SET tried_at = now() - interval '1 h' WHERE content_id = 'c-long'`);
  const isFresh = async () => {
    const sql = `SELECT tried_at > now() - interval '1 min' AS fresh FROM fanouts WHERE content_id = 'c-long'`;
    return (await pool.query<{ fresh: boolean }>(sql)).rows[0]?.fresh;
  };
  await ages();
  expect(await isFresh()).toBe(false);
  const fresh: unknown[] = [];
  await tellAll('c-long', async () => {
    fresh.push(await isFresh());
    await ages();
  });
  // The first page was not yet told when it was looked at; after it was, the row is young until it is made old again.
  expect(await isFresh()).toBe(true);
  expect(fresh).toEqual([false, true, true]);
});
