import { ERRORS, type ErrorCode } from '../../contracts/model/errors';
import { bunnyClip, Clips, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { ReelwayProcess } from '../support/processes';
import { createItem, type Item } from '../support/story';
import { findRuns, tracesOf } from '../support/traces';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

const STOPS_WITHIN_MS = 40_000;

type Name = 'cut' | 'sound as VIDEO' | 'playlist as .mp4' | 'empty' | 'missing';
const CODES: Record<Name, ErrorCode> = {
  cut: 'SOURCE_TRUNCATED',
  'sound as VIDEO': 'SOURCE_WRONG_TYPE',
  'playlist as .mp4': 'SOURCE_UNREADABLE',
  empty: 'SOURCE_EMPTY',
  missing: 'RAW_OBJECT_MISSING',
};
const NAMES = Object.keys(CODES) as Name[];

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let before: ReturnType<typeof tracesOf>;
let broken: Record<Name, Item>;
let whole: Item;
let processes: ReelwayProcess[];

beforeAll(async () => {
  folder = await tempDir();
  world = await createWorld();
  const clips = await makeClips(new Clips(await mediaTools(), folder.path));
  before = tracesOf(world);
  processes = await Promise.all([world.spawnReelway(['bridge']), world.spawnReelway(['worker'])]);
  const item = (clip: string | null): Promise<Item> => createItem(world, { clip });
  whole = await item(clips.whole);
  broken = {
    cut: await item(clips.cut),
    'sound as VIDEO': await item(clips['sound as VIDEO']),
    'playlist as .mp4': await item(clips['playlist as .mp4']),
    empty: await item(clips.empty),
    missing: await item(null),
  };
  await Promise.all([whole, ...Object.values(broken)].map((one) => one.upload()));
});
afterAll(() => expectInvariants(world));
afterAll(async () => {
  await world.close();
  await folder.remove();
});

/** The playlist names a file that is there and whole: only what reads it as a playlist would find it. */
async function makeClips(clips: Clips): Promise<Record<Exclude<Name, 'missing'> | 'whole', string>> {
  const whole = await clips.videoWithSound('whole.mp4');
  const entry = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:${whole}\n#EXT-X-ENDLIST\n`;
  return {
    whole,
    cut: await clips.truncated('cut.mp4', await bunnyClip()),
    'sound as VIDEO': await clips.audio('sound.m4a'),
    'playlist as .mp4': await clips.text('playlist.mp4', entry),
    empty: await clips.text('empty.mp4', ''),
  };
}

const idsOf = (wanted: (row: (typeof ERRORS)[ErrorCode]) => boolean): string[] =>
  NAMES.filter((name) => wanted(ERRORS[CODES[name]]))
    .map((name) => broken[name].id)
    .sort();

describe('files that are broken', () => {
  it.each(NAMES)('%s: stop at the upload stage with a code of their own', async (name) => {
    const code = CODES[name];
    const isForCreator = ERRORS[code].class === 'creator';
    const shown = await broken[name].reaches({ failureCode: code });
    expect(shown).toMatchObject({
      stage: 'upload',
      status: isForCreator ? 'AWAITING_CREATOR' : 'PARKED',
      attention: !isForCreator,
      visibility: 'HIDDEN',
    });
  });

  it('publish nothing, while a whole clip beside them is published', async () => {
    await whole.reaches({ status: 'PUBLISHED' }, 180_000);
    for (const name of NAMES) expect([name, await broken[name].told()]).toEqual([name, {}]);
    const visible = await world.pool.query(`SELECT content_id FROM contents WHERE visibility <> 'HIDDEN'`);
    expect(visible.rows).toEqual([{ content_id: whole.id }]);
  });

  it('leave no process, no temporary folder and no object that nobody knows of', async () => {
    for (const started of processes) started.kill('SIGTERM');
    await Promise.all(processes.map((started) => started.waitForExit(STOPS_WITHIN_MS)));
    const after = tracesOf(world);
    expect(after.processes).toEqual(before.processes);
    // Folders of residencies may stay, empty.
    expect(after.temp.filter((path) => !/^(GLOBAL|NG)\/$/.test(path))).toEqual(before.temp);
    const known = await world.pool.query<{ key: string }>(
      'SELECT raw_key AS key FROM sources UNION SELECT unnest(keys) FROM outputs WHERE removed_at IS NULL',
    );
    const keys = known.rows.map((row) => row.key);
    const extra = after.objects.filter((path) => !before.objects.includes(path));
    expect(extra.filter((path) => !keys.includes(path))).toEqual([]);
    expect(extra.length).toBeGreaterThan(NAMES.length);
  });

  it('are found by code, status and attention with all workers stopped', async () => {
    for (const name of NAMES) {
      const query = `FailureCode = "${CODES[name]}" AND ContentStage = "upload"`;
      await eventually(`${query} finds it`, async () => (await findRuns(world, query)).length === 1);
      expect([name, await findRuns(world, query)]).toEqual([name, [broken[name].id]]);
    }
    expect(await findRuns(world, 'ContentStatus = "AWAITING_CREATOR" AND NeedsAttention = false')).toEqual(
      idsOf((row) => row.class === 'creator'),
    );
    expect(await findRuns(world, 'ContentStatus = "PARKED" AND NeedsAttention = true')).toEqual(
      idsOf((row) => row.class === 'platform'),
    );
  });
});
