import { readdirSync } from 'node:fs';
import { bunnyClip } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { ReelwayProcess, RunResult } from '../support/processes';
import { createItem, type Item } from '../support/story';
import { pathsBelow } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
let worker: ReelwayProcess;
let clip: string;
beforeAll(async () => {
  clip = await bunnyClip();
  // The service of moderation is played by the test.
  world = await createWorld({ env: { REELWAY_MODERATE_EXECUTOR: 'service', REELWAY_SILENCE: 'review' } });
  await world.spawnReelway(['bridge']);
});
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

const reelway = (...args: string[]): Promise<RunResult> => world.runReelway(args);
const cancel = (item: Item, ...more: string[]) =>
  reelway('content', 'cancel', item.id, '--reason', 'uploaded by mistake', '--yes', ...more);

async function uploaded(options: Parameters<typeof createItem>[1] = {}): Promise<Item> {
  const item = await createItem(world, { clip, ...options });
  await item.upload();
  return item;
}

/** Brings a content to where it stands still at the stage. */
const AT: Record<string, () => Promise<Item>> = {
  upload: async () => {
    const item = await uploaded({ clip: null });
    await item.reaches({ stage: 'upload', failureCode: 'RAW_OBJECT_MISSING' });
    return item;
  },
  moderate: async () => {
    const item = await uploaded();
    await item.reaches({ stage: 'moderate', status: 'WAITING' }, 120_000);
    return item;
  },
  package: async () => {
    const item = await uploaded();
    await item.reaches({ stage: 'moderate', status: 'WAITING' }, 120_000);
    expect(await reelway('content', 'hold', item.id, '--reason', 'wait')).toMatchObject({ code: 0 });
    await item.approved('APPROVED');
    await item.reaches({ stage: 'package', failureCode: 'HELD' });
    return item;
  },
  publish: async () => {
    const item = await uploaded({ title: null });
    await item.approved('APPROVED');
    await item.reaches({ stage: 'publish', failureCode: 'METADATA_MISSING' }, 120_000);
    return item;
  },
};

const objectsOf = (item: Item): string[] =>
  pathsBelow(world.dirs.objects).filter((key) => key.startsWith(`GLOBAL/${item.id}/`));

async function isUndone(item: Item): Promise<void> {
  await item.reaches({ status: 'CANCELLED', visibility: 'HIDDEN', attention: false }, 120_000);
  expect(objectsOf(item)).toEqual([]);
  const kept = await world.pool.query('SELECT 1 FROM outputs WHERE content_id = $1 AND removed_at IS NULL', [item.id]);
  expect(kept.rows).toEqual([]);
  expect((await item.told())['media.published']).toBeUndefined();
}

describe('a cancel', () => {
  beforeAll(async () => {
    worker = await world.spawnReelway(['worker']);
  });
  afterAll(async () => {
    worker.kill('SIGTERM');
    await worker.waitForExit();
  });

  test.each(Object.keys(AT))('at %s undoes what was made until then', async (stage) => {
    const item = await AT[stage]!();
    expect(await cancel(item)).toMatchObject({ code: 0 });
    await isUndone(item);
  });
});

test('SIGKILL during the compensation: the next worker ends it, and who asks meanwhile has a definite answer', async () => {
  const point = 'remove.after-objects';
  const doomed = await world.spawnReelway(['worker'], { REELWAY_FAULT: point });
  const item = await AT['publish']!();
  expect(objectsOf(item).length).toBeGreaterThan(0);
  const [first] = await Promise.all([cancel(item, '--command-id', 'first-cancel'), isReached(point, doomed)]);
  expect(first).toMatchObject({ code: 0 });
  const retried = await reelway('content', 'retry', item.id, '--reason', 'too late');
  expect(retried).toMatchObject({ code: 5, stderr: expect.stringContaining('BEING_UNDONE') as string });
  expect(await cancel(item, '--command-id', 'first-cancel')).toEqual(first);
  doomed.kill('SIGKILL');
  expect(await doomed.waitForExit()).toMatchObject({ signal: 'SIGKILL' });
  await item.reaches({ status: 'COMPENSATING' });
  await world.spawnReelway(['worker']);
  await isUndone(item);
  const { rows } = await world.pool.query<{ verb: string }>(
    `SELECT verb FROM audit WHERE content_id = $1 AND verb <> 'register' ORDER BY audit_id`,
    [item.id],
  );
  expect(rows.map(({ verb }) => verb)).toEqual(['cancel', 'retry']);
});

const isReached = (point: string, doomed: ReelwayProcess): Promise<boolean> =>
  eventually(
    `${point} is reached`,
    () => readdirSync(world.dirs.faults).includes(`${point}.${String(doomed.pid)}`),
    90_000,
  );
