import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack } from '../../../local/stack';
import { spawnApi, type RunningApi } from '../../support/api';
import { makeVisible, registered, tell, type Told } from '../../support/assets';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { projectorOf, type Running } from '../projector/setting';

// A busy machine with two cores.
jest.setTimeout(120_000);

let dir: string;
let own: Stack;
let world: World;
let api: RunningApi;
let running: Running;
/** By falling score and rating. */
const ids: string[] = [];
const VISIBLE = 5;

beforeAll(async () => {
  // One of its own: it is killed and stopped.
  dir = mkdtempSync(join(tmpdir(), 'reelway-redis-'));
  own = await startStack({ parts: ['redis'], dir, useEnvironment: false });
  world = await createWorld({
    ...{ uses: ['postgres', 'kafka'], servers: { redis: own.redis } },
    env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  api = await spawnApi(world);
  running = await projectorOf(world);
  for (let place = 0; place < VISIBLE; place++) ids.push(await registered(api));
  const hidden = await registered(api);
  for (const id of ids) await makeVisible(world, id);
  const metrics = [...ids, hidden].map((contentId, place) => ({
    ...{ contentId, score: 10.5 - place, rating: 5 - place / 2 },
  }));
  const body = { event_id: randomUUID(), metrics };
  expect(await tell(api, 'POST', '/internal/events/engagement/metrics', body)).toMatchObject({ status: 202 });
}, 120_000);
afterAll(async () => {
  await running.stop();
  await world.close();
  await own.stop();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);

/** As a viewer asks: without a token. */
const get = (path: string, headers: Record<string, string> = {}): Promise<Told> =>
  tell(api, 'GET', path, undefined, headers);

const shown = ({ body }: Told): string[] =>
  ((body['contents'] ?? []) as { contentId: string }[]).map(({ contentId }) => contentId);

const whole = (path: string): Promise<Told> =>
  eventually('all are in the set', async () => {
    const answer = await get(path);
    return shown(answer).length === VISIBLE && answer;
  });

describe.each(['/catalog/trending', '/catalog/ratings'])('GET %s', (path) => {
  it('lists what is visible by falling score, with its title, page by page', async () => {
    const all = await whole(path);
    expect(all.status).toBe(200);
    expect(shown(all)).toEqual(ids);
    expect((all.body['contents'] as object[])[0]).toMatchObject({
      ...{ title: 'A walk', creatorId: 'anna', ageGated: false, score: path.endsWith('trending') ? 10.5 : 5 },
    });
    expect(shown(await get(`${path}?limit=2`))).toEqual(ids.slice(0, 2));
    expect(shown(await get(`${path}?limit=2&offset=2`))).toEqual(ids.slice(2, 4));
    expect(shown(await get(`${path}?limit=2&offset=4`))).toEqual(ids.slice(4));
    expect(await get(`${path}?offset=100`)).toMatchObject({ status: 200, body: { contents: [] } });
  });

  it('may be cached by everybody, and is not sent again while it is the same', async () => {
    const first = await whole(path);
    expect(first.headers.get('cache-control')).toBe('public, max-age=60');
    const etag = first.headers.get('etag') ?? '';
    const again = await get(path, { 'if-none-match': etag });
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, {}, etag]);
    expect((await get(path, { 'if-none-match': '"another"' })).status).toBe(200);
    expect((await get(`${path}?limit=1`, { 'if-none-match': etag })).status).toBe(200);
  });

  it('stays out of shared caches while something in it is age-gated', async () => {
    await whole(path);
    const [first = ''] = ids;
    await makeVisible(world, first, 'AGE_GATED');
    const gated = await get(path);
    expect(gated.headers.get('cache-control')).toMatch(/^private/);
    expect((gated.body['contents'] as object[])[0]).toMatchObject({ contentId: first, ageGated: true });
    expect((await get(`${path}?offset=1`)).headers.get('cache-control')).toMatch(/^public/);
    await makeVisible(world, first);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'offset=-1', 'offset=1001', 'offset=1&offset=2', 'page=1'])(
    'refuses ?%s',
    async (query) => {
      expect(await get(`${path}?${query}`)).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    },
  );

  it.each([
    ['down', () => own.kill('redis', 'SIGKILL'), () => own.restart('redis')],
    ['hanging', () => own.kill('redis', 'SIGSTOP'), () => own.kill('redis', 'SIGCONT')],
  ])(
    'is answered with 503 while Redis is %s, is kept by no cache, and is right again soon after',
    async (_how, go, back) => {
      await whole(path);
      await go();
      try {
        const answer = await get(path);
        expect(answer).toMatchObject({ status: 503, body: { code: 'SERVICE_UNREACHABLE' } });
        expect(answer.body['detail']).toBe(answer.body['title']);
        expect(JSON.stringify(answer.body)).not.toContain(new URL(own.redis.url).port);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.headers.get('etag')).toBeNull();
      } finally {
        await back();
      }
      expect(shown(await whole(path))).toEqual(ids);
    },
  );
});
