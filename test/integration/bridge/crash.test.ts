import { readdirSync } from 'node:fs';
import { eventually } from '../../support/eventually';
import { TestFailure } from '../../support/test-failure';
import { createWorld, type World } from '../../support/world';
import { newContentId, outcomesOf, runsOf, upload, wentBack, type SeenRun } from './events';

const POINTS = [
  'bridge.before-inbox-commit',
  'bridge.after-inbox-commit',
  'bridge.after-signal',
  'bridge.before-mark-commit',
] as const;
type Point = (typeof POINTS)[number];

interface Crash {
  world: World;
  id: string;
  runs: SeenRun[];
}
const worlds: World[] = [];
const crashes = new Map<Point, Crash>();

// Side by side, each in its own world: most of the time is waiting for the group session of the dead bridge to end.
beforeAll(async () => {
  for (const _ of POINTS) worlds.push(await createWorld());
  const done = await Promise.all(
    POINTS.map(async (point, index) => [point, await killAt(point, worlds[index])] as const),
  );
  for (const [point, crash] of done) crashes.set(point, crash);
}, 180_000);
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
}, 60_000);

/** A bridge is killed at the point, another one takes over; what the runs look like then. */
async function killAt(point: Point, world: World | undefined): Promise<Crash> {
  if (!world) throw new TestFailure('no world');
  const id = newContentId();
  const first = await world.spawnReelway(['bridge'], { REELWAY_FAULT: point });
  await world.topics.send('media.upload.initiated', upload(id));
  await eventually(`${point} is reached`, () => readdirSync(world.dirs.faults).some((name) => name.startsWith(point)));
  first.kill('SIGKILL');
  await first.waitForExit();
  await world.spawnReelway(['bridge']);
  await eventually('delivered', async () => (await outcomesOf(world, id))[0]?.outcome === 'delivered', 90_000);
  return { world, id, runs: await runsOf(world, id) };
}

function after(point: Point): Crash {
  const crash = crashes.get(point);
  if (!crash) throw new TestFailure(`nothing was seen of ${point}`);
  return crash;
}

const stored = async ({ world, id }: Crash): Promise<number> =>
  (await world.pool.query('SELECT 1 FROM inbox WHERE ordering_key = $1', [id])).rowCount ?? 0;

test('killed before the inbox commits: the record is read again and is one run', async () => {
  const crash = after('bridge.before-inbox-commit');
  expect(crash.runs.map((run) => run.signals.length)).toEqual([1]);
  expect(await stored(crash)).toBe(1);
});

test('killed before the offset commits: the record is read again, known, and starts nothing', async () => {
  const crash = after('bridge.after-inbox-commit');
  const { world, id } = crash;
  await eventually(
    'the record is read again',
    async () => (await wentBack(world, 'media.upload.initiated')) === 1,
    60_000,
  );
  // The sender sent it once.
  expect(await outcomesOf(world, id)).toMatchObject([{ repeats: 0 }]);
  expect(await runsOf(world, id)).toHaveLength(1);
  expect(await stored(crash)).toBe(1);
}, 70_000);

test.each([
  ['between the signal and its mark', 'bridge.after-signal'],
  ['before the mark commits', 'bridge.before-mark-commit'],
] as const)('killed %s: the same row is signalled again, under the same row id', async (_when, point) => {
  const crash = after(point);
  expect(crash.runs).toHaveLength(1);
  const rows = crash.runs.flatMap((run) => run.signals.flat().map((fact) => fact.row));
  expect(rows).toHaveLength(2);
  expect(new Set(rows).size).toBe(1);
  expect(await stored(crash)).toBe(1);
});
