import { spawnApi, type RunningApi } from '../../support/api';
import { makeVisible, readyBody, registered, tell } from '../../support/assets';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(120_000);

let world: World;
let api: RunningApi;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world, { REELWAY_CDN_BASE: 'https://cdn.example/base/' });
});
afterAll(() => world.close());

const MEDIA = '/internal/events/media-processed';
const post = (body: unknown) => tell(api, 'POST', MEDIA, body);

describe('a viewer', () => {
  const playback = (id: string, headers: Record<string, string> = {}) =>
    tell(api, 'GET', `/catalog/episodes/${id}/playback`, undefined, headers);

  it('gets the manifest as it was given, with an ETag, and 304 while nothing has changed', async () => {
    const episodeId = await registered(api);
    const manifestUrl = 'HTTPS://CDN.example/e/Master.m3u8?x=%2F&y';
    await post({ episodeId, ...readyBody({ manifestUrl }) });
    expect(await playback(episodeId)).toMatchObject({ status: 404 });
    await makeVisible(world, episodeId);
    const found = await playback(episodeId);
    expect(found).toMatchObject({
      status: 200,
      body: { manifestUrl, status: 'READY', ageGated: false, title: 'A walk' },
    });
    expect(found.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    const etag = found.headers.get('etag') ?? '';
    expect((await playback(episodeId, { 'if-none-match': `"x", W/${etag}` })).status).toBe(304);
    await post({
      episodeId,
      ...readyBody({
        manifestUrl,
        occurredAt: '2026-04-01T00:00:00Z',
        captions: [],
        defaultThumbnailUrl: 'https://cdn.example/2.jpg',
      }),
    });
    expect((await playback(episodeId, { 'if-none-match': etag })).status).toBe(200);
  });

  it('gets paths of ours joined with the CDN base, and is told of an age gate', async () => {
    const id = await registered(api, { residency: 'NG' });
    await makeVisible(world, id, 'AGE_GATED');
    await world.pool.query(`UPDATE contents SET hls_manifest = $2, dash_manifest = $3 WHERE content_id = $1`, [
      ...[id, 'NG/x/hls.m3u8', '/NG/x/dash.mpd'],
    ]);
    const found = await playback(id);
    expect(found.body).toMatchObject({
      manifestUrl: 'https://cdn.example/base/NG/x/hls.m3u8',
      dashManifestUrl: 'https://cdn.example/base/NG/x/dash.mpd',
      ageGated: true,
    });
    expect(found.headers.get('cache-control')).toMatch(/^private/);
  });

  it('plays what we packaged, whatever a service says of media that are not its own', async () => {
    const id = await registered(api);
    await makeVisible(world, id);
    await world.pool.query(
      `UPDATE contents SET hls_manifest = 'a/hls.m3u8', dash_manifest = 'a/dash.mpd' WHERE content_id = $1`,
      [id],
    );
    for (const body of [{ status: 'PROCESSING' }, readyBody()]) {
      await post({ episodeId: id, ...body });
      expect(await playback(id)).toMatchObject({
        ...{ status: 200, body: { status: 'READY', manifestUrl: 'https://cdn.example/base/a/hls.m3u8' } },
      });
    }
  });

  it.each(['HIDDEN', 'REMOVED'])('gets nothing that is %s', async (visibility) => {
    const episodeId = await registered(api);
    await post({ episodeId, ...readyBody() });
    await makeVisible(world, episodeId, visibility);
    expect(await playback(episodeId)).toMatchObject({ status: 404, body: { code: 'CONTENT_NOT_FOUND' } });
  });

  it('who meets content whose manifest was removed gets 500, and an admin is called until it is back', async () => {
    const episodeId = await registered(api);
    await post({ episodeId, ...readyBody() });
    await makeVisible(world, episodeId);
    await world.pool.query('UPDATE media_assets SET manifest_url = NULL WHERE episode_id = $1', [episodeId]);
    for (let times = 0; times < 2; times++) {
      expect(await playback(episodeId)).toMatchObject({ status: 500, body: { code: 'MANIFEST_MISSING' } });
    }
    const metrics = await (await fetch(`${api.process.url}/metrics`)).text();
    expect(metrics).toMatch(/reelway_playback_manifest_missing_total\S* [1-9]/);
    const listed = await world.runReelway(['content', 'list', '--attention', '-o', 'json']);
    const contents = (JSON.parse(listed.stdout) as { contents?: object[] }).contents ?? JSON.parse(listed.stdout);
    expect(contents).toEqual(
      expect.arrayContaining([expect.objectContaining({ contentId: episodeId, failureCode: 'MANIFEST_MISSING' })]),
    );
    // The very same words again.
    await post({ episodeId, ...readyBody() });
    expect(await playback(episodeId)).toMatchObject({ status: 200 });
    const { rows } = await world.pool.query('SELECT 1 FROM contents WHERE content_id = $1 AND attention', [episodeId]);
    expect(rows).toEqual([]);
  });
});

describe('the documents', () => {
  it('are served for people and for programs, without a token', async () => {
    expect((await fetch(`${api.url}/docs/`)).status).toBe(200);
    const document = await tell(api, 'GET', '/docs/json', undefined, {});
    expect(Object.keys(document.body['paths'] as object)).toEqual(
      expect.arrayContaining([MEDIA, '/catalog/episodes/{id}/playback', '/admin/v1/contents']),
    );
  });
});
