import { existsSync, readdirSync } from 'node:fs';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { createItem } from '../support/story';
import { findRuns } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

/** The server names a poller for more than a minute after it is gone, and a lost attempt is noticed by its heartbeat. */
const FOUND_WITHIN_MS = 180_000;
const NG_MEDIA = ['worker', '--queues', 'media', '--residency', 'NG'];

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  folder = await tempDir();
  world = await createWorld({
    env: {
      REELWAY_QUEUE_WAIT_MS: '2000',
      REELWAY_RETRYING_LONG_MS: '600000',
      REELWAY_RECONCILE_EVERY_MS: '3000',
    },
  });
  expect(await world.runReelway(['migrate'])).toMatchObject({ code: 0 });
  await Promise.all([
    world.spawnReelway(['bridge']),
    world.spawnReelway(['worker', '--queues', 'lifecycle,catalog']),
    world.spawnReelway(['worker', '--queues', 'media', '--residency', 'GLOBAL']),
  ]);
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await world.temporal.client.schedule.getHandle('reconcile').delete();
  await world.close();
  await folder.remove();
});

it('a residency that loses its only media worker in mid-encode calls an admin, and goes on once one is there', async () => {
  const clip = await new Clips(await mediaTools(), folder.path).audio('song.m4a', { seconds: 2 });
  const doomed = await world.spawnReelway(NG_MEDIA, { REELWAY_FAULT: 'transcode.mid' });
  const item = await createItem(world, { type: 'AUDIO', residency: 'NG', clip, history: 'unserved' });
  await item.upload();
  await eventually(
    'it is encoded',
    () =>
      existsSync(world.dirs.faults) && readdirSync(world.dirs.faults).includes(`transcode.mid.${String(doomed.pid)}`),
    90_000,
  );
  doomed.kill('SIGKILL');
  await doomed.waitForExit();

  const unserved = { status: 'RUNNING', stage: 'transcode', attention: true, failureCode: 'NO_WORKER' };
  await item.reaches(unserved, FOUND_WITHIN_MS);
  const filter = 'ExecutionStatus = "Running" AND NeedsAttention = true AND FailureCode = "NO_WORKER"';
  await eventually('the UI lists it', async () => (await findRuns(world, filter)).includes(item.id));
  const explained = await world.runReelway(['content', 'explain', item.id]);
  expect(explained.stdout).toContain('media.ng has no worker');

  await world.spawnReelway(NG_MEDIA);
  await item.reaches({ status: 'PUBLISHED', attention: false, failureCode: null });
  expect((await item.show()).stages.map(({ code }) => code)).toEqual([null, null, null, null, null]);
});
