import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRENDING_KEY } from '../../../contracts/model/rankings';
import { startStack, type Stack } from '../../../local/stack';
import { spawnApi, type RunningApi } from '../../support/api';
import { makeVisible, readyBody, record, registered, tell, type Told } from '../../support/assets';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

// Hanging servers are waited for, on a busy machine with two cores.
jest.setTimeout(180_000);

let dir: string;
let own: Stack;
let world: World;
let api: RunningApi;

beforeAll(async () => {
  // One of its own: it is killed and stopped.
  dir = mkdtempSync(join(tmpdir(), 'reelway-postgres-'));
  own = await startStack({ parts: ['postgres'], dir, useEnvironment: false });
  world = await createWorld({
    ...{ uses: ['postgres'], servers: { postgres: own.postgres } },
    env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  api = await spawnApi(world);
}, 120_000);
afterAll(async () => {
  await world.close();
  await own.stop();
  rmSync(dir, { recursive: true, force: true });
}, 120_000);

const METRICS = '/internal/events/engagement/metrics';
const keyed = (contentId: string, key: string): Promise<Told> =>
  tell(
    ...([api, 'POST', METRICS, { metrics: [{ contentId, score: 1 }] }] as const),
    ...([{ 'x-service-auth': `Bearer ${api.serviceToken}`, 'idempotency-key': key }] as const),
  );

/** Every route that needs Postgres, asked once. */
const askAll = (id: string): Promise<Told[]> =>
  Promise.all([
    keyed(id, randomUUID()),
    tell(api, 'POST', '/internal/events/media-processed', { episodeId: id, ...readyBody() }),
    tell(api, 'POST', `/internal/catalog/episodes/${id}/assets`, readyBody()),
    tell(api, 'PUT', `/internal/catalog/contents/${randomUUID()}`, record()),
    tell(api, 'GET', `/catalog/episodes/${id}/playback`, undefined, {}),
    tell(api, 'GET', '/catalog/trending', undefined, {}),
  ]);

const scoreOf = async (id: string): Promise<number> => {
  const { rows } = await world.pool.query<{ score: string }>(
    'SELECT score::text FROM content_metrics WHERE content_id = $1',
    [id],
  );
  return Number(rows[0]?.score ?? 0);
};

/** What the API called a fault of its own, with the cause. */
const unexpected = (): string[] =>
  api.process
    .log()
    .split('\n')
    .filter((line) => line.includes('"code":"INTERNAL"'));

const OUTAGES = [
  { name: 'down', go: () => own.kill('postgres', 'SIGKILL'), comeBack: () => own.restart('postgres') },
  // It takes connections and never answers.
  { name: 'hanging', go: () => own.kill('postgres', 'SIGSTOP'), comeBack: () => own.kill('postgres', 'SIGCONT') },
];

describe.each(OUTAGES)('while Postgres is $name', ({ go, comeBack }) => {
  it('every route answers 503 in bounded time, and what it should afterwards', async () => {
    const id = await registered(api);
    await tell(api, 'POST', '/internal/events/media-processed', { episodeId: id, ...readyBody() });
    await makeVisible(world, id);
    await world.redis.add(TRENDING_KEY, [{ member: id, score: 1 }], 600);
    await go();
    try {
      const begun = performance.now();
      const answers = await askAll(id);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, body: { code: 'SERVICE_UNREACHABLE' } });
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      // Viewers are told no address of ours.
      for (const { body } of answers.slice(-2)) {
        expect(JSON.stringify(body)).not.toMatch(new RegExp(`Postgres|${new URL(own.postgres.url).port}`));
      }
      expect(performance.now() - begun).toBeLessThan(30_000);
      // Who may not ask hears so all the same.
      expect(await tell(api, 'POST', METRICS, {}, {})).toMatchObject({ status: 401 });
    } finally {
      await comeBack();
    }
    await eventually('all of them answer as before', async () => {
      expect((await askAll(id)).map(({ status }) => status)).toEqual([202, 202, 200, 201, 200, 200]);
      return true;
    });
  });

  it('what was told under load is durable where it was answered with 202, and counts once where it was sent again', async () => {
    const id = await registered(api);
    const statuses = new Map<string, number>();
    let ended = false;
    const sendOn = async (): Promise<void> => {
      while (!ended) {
        const key = randomUUID();
        statuses.set(key, (await keyed(id, key)).status);
      }
    };
    const senders = Array.from({ length: 10 }, sendOn);
    await eventually('some are counted', () => [...statuses.values()].filter((status) => status === 202).length > 20);
    await go();
    await eventually('some are refused', () => [...statuses.values()].some((status) => status !== 202));
    await comeBack();
    const before = statuses.size;
    await eventually('they are counted again', () => [...statuses.values()].slice(before).includes(202));
    ended = true;
    await Promise.all(senders);

    expect(unexpected()).toEqual([]);
    expect([...new Set(statuses.values())].sort()).toEqual([202, 503]);
    const refused = [...statuses].flatMap(([key, status]) => (status === 503 ? [key] : []));
    const accepted = statuses.size - refused.length;
    // A 503 may have been stored all the same: nothing is known of it.
    expect(await scoreOf(id)).toBeGreaterThanOrEqual(accepted);
    expect(await scoreOf(id)).toBeLessThanOrEqual(statuses.size);
    for (const key of refused) expect((await keyed(id, key)).status).toBe(202);
    expect(await scoreOf(id)).toBe(statuses.size);
  });
});
