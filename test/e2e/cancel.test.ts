import { chmod } from 'node:fs/promises';
import { bunnyClip, Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import { createItem, type Item } from '../support/story';
import { pathsBelow, toolsAtWork, watch } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(400_000);

/** From the command to the last ffmpeg: a cancel is heard with a heartbeat, at most 2 s later, and ffmpeg ends within one frame. */
const GONE_WITHIN_MS = 10_000;
const MID_TRANSCODE_WITHIN_MS = 120_000;

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let clip: string;

beforeAll(async () => {
  folder = await tempDir();
  const tools = await mediaTools();
  const loop = ['-stream_loop', '-1', '-i', await bunnyClip(), '-t', '20', '-c', 'copy'];
  const clips = new Clips(tools, folder.path);
  clip = await clips.make('long.mp4', loop);
  const env = { REELWAY_FFMPEG: await slowEncoder(clips, tools.ffmpeg), REELWAY_MEDIA_CONCURRENCY: '3' };
  world = await createWorld({ env });
  await Promise.all([world.spawnReelway(['bridge']), world.spawnReelway(['worker'])]);
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await world.close();
  await folder.remove();
});

/** The real ffmpeg, which reads at half the speed of play for two of the renditions: they last on a fast machine, too. */
async function slowEncoder(clips: Clips, ffmpeg: string): Promise<string> {
  const script = `case "$*" in *480p*|*720p*) exec ${ffmpeg} -readrate 0.5 "$@";; esac\nexec ${ffmpeg} "$@"\n`;
  const path = await clips.text('slow-ffmpeg', `#!/bin/sh\n${script}`);
  await chmod(path, 0o755);
  return path;
}

const outputsOf = async (item: Item): Promise<{ keys: string[]; removed: Date | null }[]> => {
  const found = await world.pool.query<{ keys: string[]; removed: Date | null }>(
    'SELECT keys, removed_at AS removed FROM outputs WHERE content_id = $1',
    [item.id],
  );
  return found.rows;
};

const encoders = (): number => toolsAtWork(world).filter((command) => command.includes('libx264')).length;
const objectsOf = (item: Item): string[] =>
  pathsBelow(world.dirs.objects).filter((key) => key.startsWith(`GLOBAL/${item.id}/`));

/**
 * Something is recorded while both slow renditions are being encoded. The server hands the encodes out in any order, so
 * that takes three slots: with two, the slow ones may have both of them to their end.
 */
async function midTranscode(): Promise<Item> {
  const item = await createItem(world, { clip, history: 'cancelled' });
  await item.upload();
  await eventually(
    'a rendition is recorded and two others are being encoded',
    async () => (await outputsOf(item)).length > 0 && encoders() === 2,
    MID_TRANSCODE_WITHIN_MS,
  );
  return item;
}

/** A look from before the command to the end: objects are listed first, so that an encoder seen after a loss counts. */
const look = (item: Item) => () => ({ objects: objectsOf(item), tools: toolsAtWork(world).length, at: Date.now() });

interface Seen {
  /** When the run took the cancel, ms since 1970. */
  heardAt: number;
  /** Event ids: when each encode ended, and when the first removal was asked for. */
  encodeEnds: number[];
  firstRemoval: number;
}

async function historyOf(item: Item): Promise<Seen> {
  const { events } = await world.temporal.client.workflow.getHandle(`content:${item.id}`).fetchHistory();
  const scheduled = (type: string): number[] =>
    (events ?? [])
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === type)
      .map((event) => Number(event.eventId));
  const encodes = scheduled('transcodeRendition');
  const ends = (events ?? []).flatMap((event) => {
    const end =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskCanceledEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes;
    return end && encodes.includes(Number(end.scheduledEventId)) ? [Number(event.eventId)] : [];
  });
  expect(ends).toHaveLength(encodes.length);
  const heard = (events ?? []).find(
    (event) =>
      event.workflowExecutionUpdateAcceptedEventAttributes ?? event.workflowExecutionCancelRequestedEventAttributes,
  );
  return {
    heardAt: Number(heard?.eventTime?.seconds) * 1_000 + Number(heard?.eventTime?.nanos) / 1e6,
    encodeEnds: ends,
    firstRemoval: Math.min(...scheduled('removeOutputs')),
  };
}

async function endsUndone(item: Item, cancel: () => Promise<unknown>): Promise<void> {
  const made = (await outputsOf(item)).flatMap(({ keys }) => keys);
  const watching = watch(look(item));
  await cancel();
  await item.reaches({ status: 'CANCELLED', visibility: 'HIDDEN', attention: false });
  const looks = watching.stop();
  const { heardAt, encodeEnds, firstRemoval } = await historyOf(item);

  const lastAtWork = looks.findLast(({ tools }) => tools > 0)?.at ?? Infinity;
  expect(lastAtWork - heardAt).toBeLessThan(GONE_WITHIN_MS);
  const afterLoss = looks.filter(({ objects }) => made.some((key) => !objects.includes(key)));
  expect(afterLoss.map(({ tools }) => tools)).toEqual(afterLoss.map(() => 0));
  expect(encodeEnds).toHaveLength(4);
  expect(firstRemoval).toBeGreaterThan(Math.max(...encodeEnds));

  const removals = (await outputsOf(item)).map(({ removed }) => removed?.getTime() ?? 0);
  expect(Math.min(...removals)).toBeGreaterThan(lastAtWork);
  expect(removals.length).toBeGreaterThan(0);
  expect(objectsOf(item)).toEqual([]);
  expect(pathsBelow(`${world.dirs.temp}/GLOBAL`)).toEqual([]);
  expect(await item.told()).toEqual({});
}

describe('a cancel in mid-transcode', () => {
  let item: Item;

  it('ends every encoder within 10 s, then removes what they made, and the content is CANCELLED', async () => {
    item = await midTranscode();
    await endsUndone(item, async () => {
      const said = await world.runReelway(['content', 'cancel', item.id, '--reason', 'uploaded by mistake', '--yes']);
      expect(said).toMatchObject({ code: 0 });
    });
  });

  it('has left an audit row with who asked and why', async () => {
    const rows = await world.pool.query(
      `SELECT verb, actor, reason FROM audit WHERE content_id = $1 AND verb = 'cancel'`,
      [item.id],
    );
    expect(rows.rows).toEqual([
      { verb: 'cancel', actor: expect.stringMatching(/^local:.+/) as string, reason: 'uploaded by mistake' },
    ]);
  });

  it('lets later events of the content be recorded as late, and nothing starts again', async () => {
    const later = [
      await item.upload({ eventId: crypto.randomUUID() }),
      await item.upload({ session: 's-another', clip }),
      await item.flagged(),
      await item.approved('APPROVED'),
      await item.transcoded(),
      await item.packaged(),
    ];
    const late = await eventually('all of them are answered', async () => {
      const { facts } = await item.show();
      const answers = later.map((id) => facts.find((fact) => fact.eventId === id));
      return answers.every((fact) => fact?.outcome) && answers;
    });
    expect(late.map((fact) => [fact?.topic, fact?.outcome, fact?.code])).toEqual(
      [
        'media.upload.initiated',
        'media.upload.initiated',
        'moderation.flagged',
        'moderation.approved',
        'media.transcoded',
        'media.drm.packaged',
      ].map((topic) => [topic, 'late', 'CONTENT_FINISHED']),
    );
    expect(await item.show()).toMatchObject({ status: 'CANCELLED', visibility: 'HIDDEN', generation: 1 });
    expect(toolsAtWork(world)).toEqual([]);
  });
});

describe('a cancel in the Temporal UI', () => {
  it('undoes what was made as well', async () => {
    const item = await midTranscode();
    await endsUndone(item, () => world.temporal.client.workflow.getHandle(`content:${item.id}`).cancel());
  });
});
