import { randomUUID } from 'node:crypto';
import { spawnApi, type RunningApi } from '../support/api';
import { readyBody, record, tell } from '../support/assets';
import { createItem, type Item } from '../support/story';
import { createWorld, type World } from '../support/world';

jest.setTimeout(180_000);

let world: World;
let api: RunningApi;

beforeAll(async () => {
  world = await createWorld({
    env: {
      ...{ REELWAY_TRANSCODE_EXECUTOR: 'service', REELWAY_PACKAGE_EXECUTOR: 'service', REELWAY_CHECKS: 'text' },
    },
  });
  [api] = await Promise.all([spawnApi(world), world.spawnReelway(['bridge']), world.spawnReelway(['worker'])]);
}, 180_000);
afterAll(() => world.close());

const media = (episodeId: string, body: object) =>
  tell(api, 'POST', '/internal/events/media-processed', { episodeId, ...body });
const playback = (id: string) => tell(api, 'GET', `/catalog/episodes/${id}/playback`, undefined, {});

async function uploaded(): Promise<Item> {
  const id = randomUUID();
  await tell(api, 'PUT', `/internal/catalog/contents/${id}`, record({ creatorId: `creator-${id}` }));
  const item = await createItem(world, { id, title: null, history: 'media-by-a-service' });
  await item.upload();
  await item.reaches({ status: 'WAITING', stage: 'transcode' });
  return item;
}

test('what a service made of an upload is published when it says READY, with its manifest verbatim', async () => {
  const item = await uploaded();
  await media(item.id, { status: 'PROCESSING', occurredAt: '2026-03-01T10:00:00Z' });
  const answer = await media(item.id, readyBody({ occurredAt: '2026-03-01T10:05:00Z' }));
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'applied' } });
  const shown = await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
  expect(shown.renditions).toMatchObject([{ label: '720p', status: 'DONE' }]);
  expect(shown.facts.filter(({ topic }) => topic === 'upload.media.processed')).toMatchObject([
    { outcome: 'applied' },
    { outcome: 'applied' },
  ]);
  expect(await item.told()).toEqual({ 'media.published': 1 });
  expect(await playback(item.id)).toMatchObject({ status: 200, body: { manifestUrl: readyBody().manifestUrl } });
});

test('FAILED parks with the reason of the service; PROCESSING goes on, and READY ends it', async () => {
  const item = await uploaded();
  await media(item.id, { status: 'FAILED', reason: 'the encoder ran out of disk', occurredAt: '2026-03-01T10:00:00Z' });
  await item.reaches({ status: 'PARKED', failureCode: 'UPSTREAM_FAILED', attention: true });
  const explained = await world.runReelway(['content', 'explain', item.id, '-o', 'json']);
  expect(JSON.parse(explained.stdout)).toMatchObject({
    problem: { code: 'UPSTREAM_FAILED', message: 'the encoder ran out of disk' },
  });
  await media(item.id, { status: 'PROCESSING', occurredAt: '2026-03-01T10:01:00Z' });
  await item.reaches({ status: 'WAITING', attention: false });
  const waits = await world.runReelway(['content', 'explain', item.id, '-o', 'json']);
  expect(waits.stdout).toContain('the service says PROCESSING');
  await media(item.id, readyBody({ occurredAt: '2026-03-01T10:05:00Z' }));
  await item.reaches({ status: 'PUBLISHED' });
});
