import { existsSync, readdirSync } from 'node:fs';
import { temporal } from '@temporalio/proto';
import { workflowIdOf } from '../../contracts/model/ids';
import { Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { ReelwayProcess } from '../support/processes';
import { allHasLeft, createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

const OURS = ['media.transcoded', 'media.drm.packaged', 'media.published'] as const;
const { EventType } = temporal.api.enums.v1;

let world: World;
let clip: string;
let clips: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  world = await createWorld();
  clips = await tempDir();
  clip = await new Clips(await mediaTools(), clips.path).videoWithSound('short.mp4', { size: '640x360', seconds: 4 });
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await clips.remove();
  await world.close();
});

/** The role that dies at the point, and the other one that goes on. */
const WORKER = { role: ['worker'], other: ['bridge'] };
const BRIDGE = { role: ['bridge'], other: ['worker'] };

interface Output {
  variant: string;
  keys: string[];
  attempt: number;
  created_at: Date;
}

const outputsOf = async (item: Item): Promise<Output[]> => {
  const sql = 'SELECT variant, keys, attempt, created_at FROM outputs WHERE content_id = $1 ORDER BY variant';
  return (await world.pool.query<Output>(sql, [item.id])).rows;
};

/** Starts the role with the point armed, lets the item come, and kills it by its pid once it is there. */
async function killAt(point: string, role: string[], item: Item): Promise<Output[]> {
  const doomed = await world.spawnReelway(role, { REELWAY_FAULT: point });
  await item.upload();
  const reachedFile = (): boolean =>
    existsSync(world.dirs.faults) && readdirSync(world.dirs.faults).includes(`${point}.${String(doomed.pid)}`);
  await eventually(`${point} is reached`, reachedFile, 90_000);
  const recorded = await outputsOf(item);
  doomed.kill('SIGKILL');
  expect(await doomed.waitForExit()).toMatchObject({ signal: 'SIGKILL' });
  expect(doomed.log()).toContain('fault point reached');
  return recorded;
}

async function end(...processes: ReelwayProcess[]): Promise<void> {
  for (const process of processes) process.kill('SIGTERM');
  for (const process of processes) expect(await process.waitForExit()).toMatchObject({ code: 0 });
}

/** What tells this run from one that nobody disturbed. */
async function signsOfRepetition(
  item: Item,
  since: Date,
): Promise<{ attempts: number; signals: number; readAgain: number }> {
  const { events } = await world.temporal.client.workflow.getHandle(workflowIdOf(item.id)).fetchHistory();
  const attempts = (events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 1);
  const signals = (events ?? []).filter((e) => e.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  const readAgain = await world.pool.query(
    'SELECT 1 FROM partition_watermarks WHERE topic = $1 AND went_back_at >= $2',
    ['media.upload.initiated', since],
  );
  return { attempts: Math.max(...attempts), signals: signals.length, readAgain: readAgain.rowCount ?? 0 };
}

/** One event id per milestone on the wire; a repeat has the same id and the same bytes. */
async function expectOneOfEach(item: Item): Promise<void> {
  await allHasLeft(world, item.id);
  for (const topic of OURS) {
    const told = (await world.topics.read(topic)).filter((one) => one.key === item.id);
    expect([topic, new Set(told.map((one) => one.json.event_id)).size]).toEqual([topic, 1]);
    expect(new Set(told.map((one) => one.value)).size).toBe(1);
  }
}

const CASES = [
  { point: 'transcode.mid', ...WORKER, differs: 'attempts' },
  { point: 'transcode.after-record', ...WORKER, differs: 'attempts' },
  { point: 'announce.after-commit', ...WORKER, differs: 'attempts' },
  { point: 'announce.after-send', ...WORKER, differs: 'attempts' },
  { point: 'bridge.before-inbox-commit', ...BRIDGE, differs: 'redelivery' },
  { point: 'bridge.after-inbox-commit', ...BRIDGE, differs: 'readAgain' },
  { point: 'bridge.after-signal', ...BRIDGE, differs: 'signals' },
  { point: 'bridge.before-mark-commit', ...BRIDGE, differs: 'signals' },
] as const;

describe('SIGKILL', () => {
  it.each(CASES)(
    'at $point: the content is published, and nothing was done twice',
    async ({ point, role, other, differs }) => {
      const since = new Date();
      const item = await createItem(world, { creator: 'creator-k', clip, history: `killed-${point}` });
      // Without a worker the run cannot end before the signal comes again.
      const waits = differs === 'signals';
      const survivors = waits ? [] : [await world.spawnReelway([...other])];
      const recorded = await killAt(point, [...role], item);
      const inboxRows = await world.pool.query('SELECT 1 FROM inbox WHERE ordering_key = $1', [item.id]);

      const successor = await world.spawnReelway([...role]);
      if (waits) {
        await eventually(
          'the signal came again',
          async () => (await signsOfRepetition(item, since)).signals === 2,
          90_000,
        );
        survivors.push(await world.spawnReelway([...other]));
      }
      await item.reaches({ status: 'PUBLISHED' }, 180_000);

      const signs = await signsOfRepetition(item, since);
      if (differs === 'attempts') expect(signs.attempts).toBeGreaterThanOrEqual(2);
      if (differs === 'signals') expect(signs.signals).toBe(2);
      if (differs === 'readAgain') expect(signs.readAgain).toBe(1);
      // Nothing was kept of the first delivery, so what is there came with a second one.
      if (differs === 'redelivery') expect(inboxRows.rowCount).toBe(0);
      await expectOneOfEach(item);
      // The run took the upload once, however often it was told of it.
      const { facts } = await item.show();
      expect(facts).toMatchObject([{ topic: 'media.upload.initiated', outcome: 'applied' }]);
      const ended = await outputsOf(item);
      expect(ended.filter((one) => recorded.some((before) => before.variant === one.variant))).toEqual(recorded);
      if (point === 'transcode.after-record') expect(recorded).not.toHaveLength(0);
      await end(...survivors, successor);
    },
  );
});
