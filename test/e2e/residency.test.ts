import { Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { createItem, type Item } from '../support/story';
import { findRuns, pathsBelow, watch, type Watch } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

/** Long enough for a worker that is there, short enough to be awaited. */
const QUEUE_WAIT_MS = 1_500;

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let item: Item;
let everSeen: Watch<string[]>;

beforeAll(async () => {
  folder = await tempDir();
  const clip = await new Clips(await mediaTools(), folder.path).audio('song.m4a', { seconds: 2 });
  world = await createWorld({ env: { REELWAY_QUEUE_WAIT_MS: String(QUEUE_WAIT_MS) } });
  everSeen = watch(() => pathsBelow(world.dirs.root));
  await Promise.all([
    world.spawnReelway(['bridge']),
    world.spawnReelway(['worker', '--queues', 'lifecycle,catalog']),
    world.spawnReelway(['worker', '--queues', 'media', '--residency', 'GLOBAL']),
  ]);
  item = await createItem(world, { type: 'AUDIO', residency: 'NG', clip });
  await item.upload();
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  everSeen.stop();
  await world.close();
  await folder.remove();
});

/** Everything on disk, now and at any moment before, that carries the content's id in its path. */
const everSeenOfItem = (): string[] =>
  [...new Set(everSeen.looks.flat())].filter((path) => path.includes(item.id)).sort();

const placesOf = (paths: string[]): string[] =>
  [...new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')))].sort();

describe('an AUDIO item of residency NG', () => {
  it('waits while only a GLOBAL worker serves media, and says for what', async () => {
    await item.reaches({ status: 'WAITING', stage: 'upload', failureCode: 'NO_WORKER', attention: true });
    expect(await findRuns(world, 'FailureCode = "NO_WORKER" AND NeedsAttention = true')).toEqual([item.id]);
    expect(await findRuns(world, 'ContentStatus = "WAITING" AND Residency = "NG"')).toEqual([item.id]);

    const said = await world.runReelway(['content', 'show', item.id]);
    expect(said.stdout).toContain('verifyUpload waits for a worker of the queue media.ng: media.ng has no worker');
    const shown = JSON.parse((await world.runReelway(['content', 'show', item.id, '-o', 'json'])).stdout) as unknown;
    expect(shown).toMatchObject({ run: { queues: [{ queue: 'media.ng', kind: 'activity', pollers: 0 }] } });
    expect(placesOf(everSeenOfItem())).toEqual(['objects/raw']);
  });

  it('is published once a worker of its residency runs, and needs no attention any more', async () => {
    await world.spawnReelway(['worker', '--queues', 'media', '--residency', 'NG']);
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', attention: false, failureCode: null });
    const told = { 'media.transcoded': 1, 'media.drm.packaged': 1, 'media.published': 1 };
    expect(await item.told()).toEqual(told);
    await eventually('the run is found as published', async () =>
      (await findRuns(world, 'ContentStatus = "PUBLISHED" AND NeedsAttention = false')).includes(item.id),
    );
  });

  it('never had a file outside NG/ and raw/, neither in the object store nor among temporary files', () => {
    expect(placesOf(everSeenOfItem())).toEqual(['objects/NG', 'objects/raw', 'temp/NG']);
  });

  it('is told of with keys below NG/ alone', async () => {
    const records = [
      ...(await world.topics.read('media.transcoded')),
      ...(await world.topics.read('media.drm.packaged')),
      ...(await world.topics.read('media.published')),
    ].filter((record) => record.json.payload['content_id'] === item.id);
    const keys = records.flatMap((record) => record.value.match(/[A-Za-z]+\/c-[^"]+/g) ?? []);
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.filter((key) => !key.startsWith(`NG/${item.id}/`))).toEqual([]);
  });
});
