import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnApi, type RunningApi } from '../../support/api';
import { readyBody, registered, tell, type Told } from '../../support/assets';
import { createWorld, type World } from '../../support/world';
import { intakeOf, recordOf } from '../bridge/events';

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
let api: RunningApi;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world);
});
afterAll(() => world.close());

const post = (body: unknown): Promise<Told> => tell(api, 'POST', '/internal/events/media-processed', body);
const lacking = (episodeId: string, over: object = {}) => ({
  episodeId,
  ...readyBody({ manifestUrl: undefined, ...over }),
});

const rows = async (sql: string, id: string): Promise<object[]> => (await world.pool.query<object>(sql, [id])).rows;
const lettersOf = (id: string) =>
  rows('SELECT status, repeats FROM dead_letters WHERE content_id = $1 ORDER BY id', id);
const assetOf = (id: string) =>
  rows('SELECT status, manifest_url AS manifest FROM media_assets WHERE episode_id = $1', id);
const conflictsOf = (id: string) => rows('SELECT times FROM asset_conflicts WHERE episode_id = $1', id);

const STANDING = [{ status: 'READY', manifest: 'https://cdn.example/e/master.m3u8' }];

describe('READY without a manifest', () => {
  it('that is older than what can be played is late: a conflict, and nothing for a person', async () => {
    const id = await registered(api);
    await post({ episodeId: id, ...readyBody() });
    for (let times = 0; times < 2; times++) {
      const answer = await post(lacking(id, { occurredAt: '2026-03-01T10:00:00Z' }));
      expect(answer).toMatchObject({ status: 202, body: { outcome: 'late' } });
    }
    const webhook = readyBody({
      defaultThumbnailUrl: undefined,
      manifestUrl: undefined,
      occurredAt: '2026-02-01T00:00:00Z',
    });
    expect(await tell(api, 'POST', `/internal/catalog/episodes/${id}/assets`, webhook)).toMatchObject({
      ...{ status: 200, body: { outcome: 'late' } },
    });
    expect(await lettersOf(id)).toEqual([]);
    expect(await conflictsOf(id)).toEqual([{ times: 2 }, { times: 1 }]);
    expect(await assetOf(id)).toEqual(STANDING);
  });

  it('of the same moment as what can be played is late, whichever words they are', async () => {
    const id = await registered(api);
    await post({ episodeId: id, ...readyBody() });
    for (let asset = 0; asset < 8; asset++) {
      const answer = await post(lacking(id, { streamingAssetId: `asset-${String(asset)}` }));
      expect(answer).toMatchObject({ status: 202, body: { outcome: 'late' } });
    }
    expect(await lettersOf(id)).toEqual([]);
    expect(await assetOf(id)).toEqual(STANDING);
  });

  it('is late over Kafka too', async () => {
    const id = await registered(api);
    await post({ episodeId: id, ...readyBody() });
    const at = '2026-03-01T10:00:00Z';
    const eventId = '7b0b3a1e-52f4-4a2e-8a43-6f1f0a5f9d77';
    await intakeOf(world)([recordOf('upload.media.processed', lacking(id, { occurredAt: at }), { eventId, at })]);
    const found = await rows('SELECT outcome, code FROM event_ids WHERE event_id = $1', eventId);
    expect(found).toEqual([{ outcome: 'late', code: 'OLDER_UPDATE' }]);
    expect(await lettersOf(id)).toEqual([]);
  });

  it('that is newer than what can be played, or comes where nothing can be played yet, waits for a person', async () => {
    const id = await registered(api);
    await post({ episodeId: id, status: 'PROCESSING', occurredAt: '2026-03-02T00:00:00Z' });
    expect((await post(lacking(id))).status).toBe(412);
    await post({ episodeId: id, ...readyBody({ occurredAt: '2026-03-03T00:00:00Z' }) });
    expect((await post(lacking(id, { occurredAt: '2026-03-04T00:00:00Z' }))).status).toBe(412);
    expect(await lettersOf(id)).toEqual([
      { status: 'quarantined', repeats: 0 },
      { status: 'quarantined', repeats: 0 },
    ]);
  });
});

describe('a letter in quarantine that a person has dealt with', () => {
  async function idOf(content: string): Promise<string> {
    const listed = await world.runReelway(['dlq', 'list', '--quarantine', '--content', content, '-o', 'json']);
    return (JSON.parse(listed.stdout) as { id: string }[])[0]?.id ?? '';
  }

  async function complete(content: string, body: object): Promise<void> {
    const file = join(world.dirs.root, `${content}.json`);
    await writeFile(file, JSON.stringify({ episodeId: content, ...body }));
    const letter = await idOf(content);
    const done = await world.runReelway(['dlq', 'redrive', letter, '--with', file, '--reason', 'completed', '--yes']);
    expect({ code: done.code, said: done.stdout + done.stderr }).toMatchObject({ code: 0 });
  }

  it('stays completed when its sender says the same again, who then hears that it is late', async () => {
    const id = await registered(api);
    expect((await post(lacking(id))).status).toBe(412);
    await complete(id, readyBody());
    expect(await post(lacking(id))).toMatchObject({ status: 202, body: { outcome: 'late' } });
    expect(await lettersOf(id)).toEqual([{ status: 'redriven', repeats: 0 }]);
    expect(await assetOf(id)).toEqual(STANDING);
  });

  it('stays completed also where the words name no time, and are refused again', async () => {
    const id = await registered(api);
    expect((await post(lacking(id, { occurredAt: undefined }))).status).toBe(412);
    await complete(id, readyBody({ occurredAt: undefined }));
    expect((await post(lacking(id, { occurredAt: undefined }))).status).toBe(412);
    expect(await lettersOf(id)).toEqual([{ status: 'redriven', repeats: 1 }]);
    expect(await assetOf(id)).toEqual(STANDING);
  });

  it('stays given up, and counts how often it came; other words are another letter', async () => {
    const id = await registered(api);
    await post(lacking(id));
    const given = await world.runReelway(['dlq', 'discard', await idOf(id), '--reason', 'a test clip', '--yes']);
    expect(given.code).toBe(0);
    for (let times = 0; times < 2; times++) expect((await post(lacking(id))).status).toBe(412);
    expect(await lettersOf(id)).toEqual([{ status: 'discarded', repeats: 2 }]);
    expect(await idOf(id)).toBe('');
    await post(lacking(id, { streamingAssetId: 'asset-2' }));
    expect(await lettersOf(id)).toMatchObject([{ status: 'discarded' }, { status: 'quarantined', repeats: 0 }]);
  });
});
