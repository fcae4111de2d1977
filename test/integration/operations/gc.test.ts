import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gc, type Collected } from '../../../operations/gc';
import { createWorld, type World } from '../../support/world';
import { addContent, type ContentOptions } from '../activities/rows';

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
});
afterAll(() => world.close());

const HOUR_MS = 3_600_000;
let number = 0;

async function collect(remove: boolean, graceMs = HOUR_MS): Promise<Collected[]> {
  const all: Collected[] = [];
  const config = { ...world.config, gcGraceMs: graceMs };
  for await (const one of gc({ ...world, config }, { actor: 'local:anna', remove })) all.push(one);
  return all;
}

const pathOf = (key: string): string => join(world.dirs.objects, key);

/** An output of which every object is there, recorded two hours ago. */
async function made(
  id: string,
  stage: 'transcode' | 'package',
  variant: string,
  options: { generation?: number; key?: string } = {},
) {
  const { generation = 1, key = `GLOBAL/${id}/g${String(generation)}/r1/${stage}/${variant}/a1/file` } = options;
  mkdirSync(dirname(pathOf(key)), { recursive: true });
  writeFileSync(pathOf(key), 'bytes');
  await world.pool.query(
    `INSERT INTO outputs (content_id, generation, revision, stage, variant, input_hash, keys, sha256, bytes, attempt, meta, created_at)
     VALUES ($1, $2, 1, $3, $4, $5, ARRAY[$6], 'x', 5, 1, '{}', now() - interval '2 hours')`,
    [id, generation, stage, variant, `${variant}${String(generation)}`, key],
  );
  return key;
}

interface Story {
  id: string;
  live: string;
  old: string;
  rendition: string;
  stale: string;
}

/** Two sets, the second live, made of one of two renditions; it ended two hours ago. */
async function replaced(options: ContentOptions & { set?: string } = {}): Promise<Story> {
  const id = await addContent(world.pool, `gc${String((number += 1))}`, options);
  const old = await made(id, 'package', 's1');
  const live = await made(id, 'package', 's2', { generation: 2 });
  const rendition = await made(id, 'transcode', '360p');
  const stale = await made(id, 'transcode', '720p');
  const transcoded = { renditions: [{ s3_key: rendition }], audioTracks: [], durationSeconds: 1 };
  await world.pool.query(
    `UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', dash_manifest = $2, hls_manifest = $2, transcoded = $3,
       since = now() - interval '2 hours' WHERE content_id = $1`,
    [id, live, JSON.stringify(transcoded)],
  );
  if (options.set !== undefined)
    await world.pool.query(`UPDATE contents SET ${options.set} WHERE content_id = $1`, [id]);
  return { id, live, old, rendition, stale };
}

const of = (id: string, all: Collected[]): string[] =>
  all.filter(({ contentId }) => contentId === id).map(({ variant, outcome }) => `${variant} ${outcome}`);
const there = (story: Story): string[] =>
  (['live', 'old', 'rendition', 'stale'] as const).filter((name) => existsSync(pathOf(story[name])));

test('it tells what nobody needs, and removes it only when told to', async () => {
  const story = await replaced();
  expect(of(story.id, await collect(false))).toEqual(['s1 found', '720p found']);
  expect(there(story)).toEqual(['live', 'old', 'rendition', 'stale']);
  expect(of(story.id, await collect(true))).toEqual(['s1 removed', '720p removed']);
  expect(there(story)).toEqual(['live', 'rendition']);
  expect(of(story.id, await collect(true))).toEqual([]);
  const audit = await world.pool.query('SELECT actor FROM audit WHERE content_id = $1', [story.id]);
  expect(audit.rows).toEqual([{ actor: 'local:anna' }, { actor: 'local:anna' }]);
});

test.each([
  ['its grace time has not passed', `since = now()`],
  ['a run of it is open', `phase = 'open'`],
  ['it lies in a residency that is not ours', `residency = 'NG'`],
])('nothing of a content goes while %s', async (_why, set) => {
  const story = await replaced({ set });
  expect(of(story.id, await collect(true))).toEqual([]);
  expect(there(story)).toHaveLength(4);
});

test('an object that another record names stays when its own record goes', async () => {
  const story = await replaced();
  await made(story.id, 'package', 's3', { generation: 3, key: story.live });
  await world.pool.query(`UPDATE outputs SET created_at = now() WHERE content_id = $1 AND variant = 's2'`, [story.id]);
  await collect(true);
  expect(there(story)).toEqual(['live', 'rendition']);
});

test('what is taken down keeps the set that a restore would publish', async () => {
  const story = await replaced({ set: `status = 'REMOVED', visibility = 'REMOVED', removed_at = now()` });
  await collect(true);
  expect(there(story)).toEqual(['live', 'rendition']);
});

test('what was marked and not removed, because somebody was killed between, goes with the next collection', async () => {
  const story = await replaced();
  await world.pool.query(
    `UPDATE outputs SET removed_at = now(), objects_left = true WHERE content_id = $1 AND variant = 's1'`,
    [story.id],
  );
  expect(of(story.id, await collect(true, 100 * HOUR_MS))).toEqual(['s1 removed']);
  expect(there(story)).toEqual(['live', 'rendition', 'stale']);
});

test('a record that names an object of another content is refused, and nothing of it goes', async () => {
  const mine = await replaced();
  const other = await replaced({ set: `since = now()` });
  await made(mine.id, 'package', 's9', { key: other.live });
  await expect(collect(true)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(existsSync(pathOf(other.live))).toBe(true);
  await world.pool.query(`DELETE FROM outputs WHERE content_id = $1`, [mine.id]);
});

test('a store that does not have the objects is taken for the wrong one: nothing is forgotten', async () => {
  const story = await replaced();
  const config = { ...world.config, gcGraceMs: HOUR_MS, objects: { root: join(world.dirs.root, 'another-store') } };
  mkdirSync(config.objects.root);
  const collecting = gc({ ...world, config }, { actor: 'local:anna', remove: true });
  await expect(collecting.next()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(of(story.id, await collect(false))).toEqual(['s1 found', '720p found']);
});
