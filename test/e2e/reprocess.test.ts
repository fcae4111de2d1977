import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifests } from '../../contracts/model/lifecycle';
import type { ShownContent } from '../../operations/show';
import { checkManifests } from '../../local/demo/manifests';
import { createKeyStore } from '../../platform/keys/key-store';
import { readKek } from '../../platform/keys/kek';
import { openFilesystemObjects } from '../../platform/objects/filesystem';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { expectInvariants } from '../support/invariants';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(400_000);

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let clip: string;
let isPlayable: (manifests: Manifests) => Promise<string | null>;

beforeAll(async () => {
  world = await createWorld({ env: { REELWAY_GC_GRACE_MS: '1', REELWAY_UNPUBLISHED_TOPIC: 'on' } });
  folder = await tempDir();
  const tools = await mediaTools();
  clip = await new Clips(tools, folder.path).videoWithSound('short.mp4', { size: '640x360', seconds: 4 });
  const objects = await openFilesystemObjects({ root: world.dirs.objects });
  const keys = createKeyStore(world.pool, await readKek(world.config.keys.kekFile));
  isPlayable = async (manifests) => {
    const { hls, dash } = await checkManifests({ objects, keys, tools, tempDir: folder.path }, manifests);
    return hls.problem ?? dash.problem;
  };
  await world.spawnReelway(['up']);
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await folder.remove();
  await world.close();
});

const shown = async (item: Item): Promise<ShownContent> => (await item.show()) as unknown as ShownContent;

async function manifestsOf(item: Item): Promise<Manifests> {
  const { manifests } = await shown(item);
  expect(manifests).not.toBeNull();
  return manifests ?? { hls: '', dash: '', cekId: null };
}

async function published(history?: string): Promise<Item> {
  // The same clip of another creator would be flagged as a copy.
  const item = await createItem(world, { clip, creator: 'creator-r', ...(history !== undefined && { history }) });
  await item.upload();
  await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED' }, 180_000);
  return item;
}

const reelway = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await world.runReelway(args);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

/** gc tells a line each. */
const collectable = async (): Promise<{ contentId: string; variant: string }[]> =>
  (await reelway('gc', '-o', 'json'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { contentId: string; variant: string });

const rowsOf = async (item: Item, stage: string) =>
  (
    await world.pool.query<{ generation: number; variant: string; keys: string[]; removed: boolean }>(
      `SELECT generation, variant, keys, removed_at IS NOT NULL AS removed FROM outputs
       WHERE content_id = $1 AND stage = $2 ORDER BY generation, variant`,
      [item.id, stage],
    )
  ).rows;

const isThere = (key: string): boolean => existsSync(join(world.dirs.objects, key));

/** Looks again and again until told to stop; every look is at what the row names in that moment. */
function watchPlayback(item: Item): { stop: () => Promise<{ looks: number; problems: string[]; keys: string[] }> } {
  const watching = new AbortController();
  const problems: string[] = [];
  const keys = new Set<string>();
  let looks = 0;
  const loop = (async () => {
    while (!watching.signal.aborted) {
      const { visibility } = await item.show();
      const live = await manifestsOf(item);
      const problem = visibility === 'PUBLISHED' ? await isPlayable(live) : `it is ${visibility}`;
      if (problem !== null) problems.push(problem);
      keys.add(live.cekId ?? 'none');
      looks += 1;
    }
  })();
  return {
    stop: async () => {
      watching.abort();
      await loop;
      return { looks, problems, keys: [...keys] };
    },
  };
}

describe('reprocess from package of what viewers see', () => {
  it('is playable all the time, ends under a new key, encodes nothing, and its old set is collected', async () => {
    const item = await published('reprocessed');
    const before = await manifestsOf(item);
    const encodedBefore = await rowsOf(item, 'transcode');
    const watching = watchPlayback(item);

    await reelway('content', 'reprocess', item.id, '--from', 'package', '--reason', 'key rotation');
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', generation: 2 }, 120_000);

    const after = await manifestsOf(item);
    const seen = await watching.stop();
    expect(seen.problems).toEqual([]);
    expect(seen.looks).toBeGreaterThan(1);
    expect(after.cekId).not.toBe(before.cekId);
    expect(await isPlayable(after)).toBeNull();
    expect(await isPlayable(before)).toBeNull();
    expect(await rowsOf(item, 'transcode')).toEqual(encodedBefore);
    expect((await rowsOf(item, 'package')).map(({ generation, variant }) => [generation, variant])).toEqual([
      [1, 's1'],
      [2, 's2'],
    ]);
    expect(await item.told()).toEqual({ 'media.transcoded': 1, 'media.drm.packaged': 2, 'media.published': 1 });

    const found = await collectable();
    expect(found.filter(({ contentId }) => contentId === item.id)).toMatchObject([{ variant: 's1', outcome: 'found' }]);
    expect(isThere(before.dash)).toBe(true);
    await reelway('gc', '--yes');
    expect(isThere(before.dash)).toBe(false);
    expect(await isPlayable(after)).toBeNull();
    expect((await rowsOf(item, 'transcode')).filter(({ removed }) => removed)).toEqual([]);
    expect(await collectable()).toEqual([]);
  });
});

describe('reprocess from upload of bytes that are the same', () => {
  it('verifies them, takes renditions and set over, and tells nothing that others know', async () => {
    const item = await published();
    const before = await manifestsOf(item);
    await reelway('content', 'reprocess', item.id, '--from', 'upload', '--reason', 'is it whole?');
    await item.reaches({ status: 'PUBLISHED', generation: 2 }, 120_000);
    expect(await manifestsOf(item)).toEqual(before);
    expect(await item.told()).toEqual({ 'media.transcoded': 1, 'media.drm.packaged': 1, 'media.published': 1 });
    const encoded = await rowsOf(item, 'transcode');
    expect(encoded.filter(({ generation }) => generation === 2).map(({ keys }) => keys)).toEqual(
      encoded.filter(({ generation }) => generation === 1).map(({ keys }) => keys),
    );
    await reelway('gc', '--yes');
    expect(await isPlayable(before)).toBeNull();
  });
});

describe('reprocess from transcode and from moderate', () => {
  it('encodes anew and goes on, and checks anew and keeps the set', async () => {
    const item = await published();
    const before = await rowsOf(item, 'transcode');
    await reelway('content', 'reprocess', item.id, '--from', 'transcode', '--reason', 'a better encoder');
    await item.reaches({ status: 'PUBLISHED', generation: 2 }, 120_000);
    const again = (await rowsOf(item, 'transcode')).filter(({ generation }) => generation === 2);
    expect(again.map(({ variant }) => variant)).toEqual(before.map(({ variant }) => variant));
    expect(again.flatMap(({ keys }) => keys)).not.toEqual(before.flatMap(({ keys }) => keys));

    const live = await manifestsOf(item);
    await reelway('content', 'reprocess', item.id, '--from', 'moderate', '--reason', 'new word list');
    await item.reaches({ status: 'PUBLISHED', generation: 3 }, 60_000);
    expect(await manifestsOf(item)).toEqual(live);
    expect((await item.told())['media.published']).toBe(1);
    expect(await isPlayable(live)).toBeNull();
  });
});

describe('takedown and restore', () => {
  it('hide it at once, tell everybody, and publish the same set again', async () => {
    const item = await published('restored');
    const live = await manifestsOf(item);
    await reelway('content', 'takedown', item.id, '--reason', 'court order', '--yes');
    const down = await shown(item);
    expect(down).toMatchObject({ status: 'REMOVED', visibility: 'REMOVED' });
    await reelway('gc', '--yes');
    await reelway('content', 'restore', item.id, '--reason', 'the order was lifted');
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', generation: 2 }, 60_000);
    expect(await manifestsOf(item)).toEqual(live);
    expect(await isPlayable(live)).toBeNull();
    expect(await item.told()).toMatchObject({ 'media.published': 2, 'media.unpublished': 1 });
    const { generations } = await shown(item);
    expect(generations).toMatchObject([
      { number: 1, begunBy: 'upload', outcome: 'PUBLISHED' },
      { number: 2, begunBy: 'restore', reason: 'the order was lifted', outcome: 'PUBLISHED' },
    ]);
    const text = await reelway('content', 'show', item.id);
    expect(text).toMatch(/2 +restore/);
  });
});
