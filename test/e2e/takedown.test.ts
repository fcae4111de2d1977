import { existsSync, readdirSync } from 'node:fs';
import { takedown as takedownOperation } from '../../operations/generations/takedown';
import { register } from '../../operations/register';
import { eventually } from '../support/eventually';
import { expectInvariants } from '../support/invariants';
import type { ReelwayProcess } from '../support/processes';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
  REELWAY_UNPUBLISHED_TOPIC: 'on',
};

/** Nobody listens there. */
const TEMPORAL_AWAY = { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' };

jest.setTimeout(300_000);

let world: World;
let worker: ReelwayProcess;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  await world.spawnReelway(['bridge']);
  worker = await world.spawnReelway(['worker']);
});
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

const takedown = (item: Item, env: Record<string, string> = {}) =>
  world.runReelway(
    [
      'content',
      'takedown',
      item.id,
      '--reason',
      'court order',
      '--yes',
      '-o',
      'json',
      '--command-id',
      `down:${item.id}`,
    ],
    env,
  );

async function uploaded(history?: string): Promise<Item> {
  const item = await createItem(world, { ...(history !== undefined && { history }) });
  await item.upload();
  await item.transcoded();
  return item;
}

const approve = async (item: Item): Promise<void> => {
  await item.approved('APPROVED');
  await item.packaged();
};

describe('a takedown beside a publication in flight', () => {
  it('wins fifty times, whichever came first, and each is answered and audited', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `fifty-${String(index)}`);
    const answers = [];
    // A few at a time: fifty at once would be a test of the machine.
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      answers.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map(publishAndTakeDown))));
    }
    expect(answers.filter(({ visibility }) => visibility !== 'REMOVED')).toEqual([]);
    await eventually('every run has ended', async () => (await count('status = $2', ids, 'REMOVED')) === 50, 90_000);
    expect(await count('visibility = $2 AND removed_at IS NOT NULL AND NOT attention', ids, 'REMOVED')).toBe(50);
    // Whoever heard that it was published heard that it is not, and nobody heard the second without the first.
    const told = await world.pool.query<{ topics: string[] }>(
      `SELECT array_agg(topic ORDER BY sequence) AS topics FROM milestones
       WHERE content_id = ANY($1) AND topic LIKE 'media.%published' GROUP BY content_id`,
      [ids],
    );
    expect(new Set(told.rows.map(({ topics }) => topics.join()))).toEqual(
      new Set(['media.published,media.unpublished']),
    );
    const audit = await world.pool.query(`SELECT 1 FROM audit WHERE verb = 'takedown' AND content_id = ANY($1)`, [ids]);
    expect(audit.rowCount).toBe(50);
  });
});

/** Begun, decided, and visible; in between lies everything else. */
const MOMENTS = [`phase = 'open'`, 'decision_id IS NOT NULL', 'published_at IS NOT NULL'];

const AT_ONCE = 6;

async function publishAndTakeDown(id: string, index: number) {
  await sendEverything(id);
  await eventually('its moment has come', () => isAt(id, MOMENTS[index % MOMENTS.length] ?? 'true'), 60_000);
  return takeDown(id);
}

const isAt = async (id: string, moment: string): Promise<boolean> =>
  (await world.pool.query(`SELECT 1 FROM contents WHERE content_id = $1 AND ${moment}`, [id])).rowCount === 1;

const count = async (where: string, ids: string[], value: string): Promise<number> =>
  (await world.pool.query(`SELECT 1 FROM contents WHERE content_id = ANY($1) AND ${where}`, [ids, value])).rowCount ??
  0;

/** All that a content needs to be published, in this process. */
async function sendEverything(id: string): Promise<void> {
  const who = { content_id: id, creator_id: 'creator-50' };
  const record = {
    contentId: id,
    creatorId: 'creator-50',
    title: 'T',
    contentType: 'VIDEO',
    residency: 'GLOBAL',
  } as const;
  await register(world, 'local:test', record);
  const upload = {
    upload_session_id: `s-${id}`,
    s3_raw_key: `raw/${id}.mp4`,
    residency: 'GLOBAL',
    content_type: 'VIDEO',
  };
  await world.topics.send('media.upload.initiated', { ...who, ...upload });
  const renditions = [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${id}/360p.mp4` }];
  await world.topics.send('media.transcoded', { content_id: id, renditions, audio_tracks: [], duration_seconds: 5 });
  await world.topics.send('moderation.approved', { content_id: id, reviewer_id: 'r-17', decision: 'APPROVED' });
  const set = { hls_manifest_url: `/${id}/m.m3u8`, dash_manifest_url: `/${id}/m.mpd`, cek_id: `cek-${id}` };
  await world.topics.send('media.drm.packaged', { content_id: id, ...set });
}

const takeDown = (contentId: string) => {
  const { pool, config, log, temporal } = world;
  return takedownOperation(
    { pool, config, log, temporal: () => Promise.resolve(temporal) },
    { contentId, actor: 'local:test', reason: 'court order', commandId: `down:${contentId}` },
  );
};

describe('SIGKILL between the row of a generation and its start', () => {
  it('leaves a start that the bridge finishes, once', async () => {
    const item = await uploaded();
    await approve(item);
    await item.reaches({ status: 'PUBLISHED' });
    expect((await takedown(item)).code).toBe(0);
    const point = 'generation.after-commit';
    const doomed = world.runReelway(['content', 'restore', item.id, '--reason', 'lifted'], { REELWAY_FAULT: point });
    const files = () => (existsSync(world.dirs.faults) ? readdirSync(world.dirs.faults) : []);
    const reachedBy = await eventually(
      'it is reached',
      () => files().find((file) => file.startsWith(`${point}.`)) ?? null,
    );
    process.kill(Number(reachedBy.split('.').at(-1)), 'SIGKILL');
    expect((await doomed).code).toBeNull();
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', generation: 2 }, 60_000);
    expect(await item.told()).toMatchObject({ 'media.published': 2, 'media.unpublished': 1 });
  });
});

describe('a takedown while Temporal cannot be reached', () => {
  it('hides the content, tells others, and the run ends as REMOVED once it goes on', async () => {
    const item = await uploaded('taken-down');
    await item.reaches({ status: 'WAITING', stage: 'moderate' });
    worker.kill();
    await worker.waitForExit();

    const { code, stdout } = await takedown(item, TEMPORAL_AWAY);
    expect({ code, answer: JSON.parse(stdout) as unknown }).toMatchObject({
      ...{ code: 0, answer: { status: 'WAITING', visibility: 'REMOVED', run: 'later' } },
    });
    const told = await world.topics.readUntil(
      'internal.lifecycle.events',
      (all) => all.some(({ key, json }) => key === item.id && json.payload['visibility'] === 'REMOVED'),
      20_000,
    );
    expect(told.filter(({ key }) => key === item.id).at(-1)?.json.payload).toMatchObject({ visibility: 'REMOVED' });

    await approve(item);
    await world.spawnReelway(['worker']);
    await item.reaches({ status: 'REMOVED', visibility: 'REMOVED', attention: false });
    expect((await item.told())['media.published']).toBeUndefined();
  });
});
