import { startBridge, type Bridge } from '../../../bridge/inbound/bridge';
import { spawnApi, type RunningApi } from '../../support/api';
import { readyBody, registered, tell } from '../../support/assets';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

// A busy machine with two cores.
jest.setTimeout(120_000);

let world: World;
let bridge: Bridge;
let api: RunningApi;

beforeAll(async () => {
  world = await createWorld();
  api = await spawnApi(world);
  bridge = await startBridge({
    ...{ config: world.config, pool: world.pool, kafka: world.kafka, temporal: world.temporal.client, log: world.log },
  });
  await eventually('the bridge is ready', () => bridge.ready());
}, 120_000);

afterAll(async () => {
  await bridge.stop();
  await world.close();
}, 60_000);

const TOPIC = 'upload.media.processed';
const overHttp = (body: object) => tell(api, 'POST', '/internal/events/media-processed', body);
const overKafka = (body: { episodeId: string }, eventId?: string) =>
  world.topics.send(TOPIC, body, { ...(eventId !== undefined && { eventId }) });

const rows = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
  (await world.pool.query<Record<string, unknown>>(sql, values)).rows;
const assetOf = async (id: string) => (await rows('SELECT * FROM media_assets WHERE episode_id = $1', [id]))[0];
const factsOf = (id: string) =>
  rows(`SELECT fact -> 'body' ->> 'status' AS status FROM inbox WHERE ordering_key = $1 AND topic = $2`, [id, TOPIC]);
const outcomeOf = async (eventId: string) =>
  (await rows('SELECT outcome, code FROM event_ids WHERE event_id = $1', [eventId]))[0];

test('the same READY over HTTP and Kafka at the same moment is one row and one transition, a hundred times', async () => {
  const episodes = await Promise.all(Array.from({ length: 100 }, () => registered(api)));
  const events = await Promise.all(
    episodes.map(async (episodeId) => {
      const body = { episodeId, ...readyBody() };
      const [answer, eventId] = await Promise.all([overHttp(body), overKafka(body)]);
      expect(answer.status).toBe(202);
      return eventId;
    }),
  );
  await eventually('every event was taken in', async () => {
    const found = await rows('SELECT 1 FROM event_ids WHERE event_id = ANY($1)', [events]);
    return found.length === events.length;
  });
  const assets = await rows('SELECT status FROM media_assets WHERE episode_id = ANY($1)', [episodes]);
  expect(assets).toEqual(episodes.map(() => ({ status: 'READY' })));
  const facts = await rows('SELECT ordering_key FROM inbox WHERE ordering_key = ANY($1)', [episodes]);
  expect(facts.map((fact) => fact['ordering_key']).sort()).toEqual([...episodes].sort());
});

test('an older PROCESSING after READY changes nothing, is late, and stands among the conflicts', async () => {
  const episodeId = await registered(api);
  await overHttp({ episodeId, ...readyBody() });
  const older = { episodeId, status: 'PROCESSING', occurredAt: '2026-03-01T10:00:00Z' };
  const eventId = await overKafka(older);
  await eventually('it was taken in', async () => (await outcomeOf(eventId))?.['outcome'] === 'late');
  expect(await outcomeOf(eventId)).toEqual({ outcome: 'late', code: 'OLDER_UPDATE' });
  expect(await assetOf(episodeId)).toMatchObject({ status: 'READY', cacheable: true });
  expect(await factsOf(episodeId)).toEqual([{ status: 'READY' }]);
  expect(await rows('SELECT status FROM asset_conflicts WHERE episode_id = $1', [episodeId])).toEqual([
    { status: 'PROCESSING' },
  ]);
});

test('updates in every order, each five times, end in the same asset', async () => {
  const updates = [
    { status: 'PENDING', occurredAt: '2026-03-01T10:00:00Z' },
    { status: 'PROCESSING', occurredAt: '2026-03-01T10:01:00Z', defaultThumbnailUrl: 'https://cdn.example/p.jpg' },
    readyBody({ occurredAt: '2026-03-01T10:02:00Z' }),
  ];
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]; // prettier-ignore
  for (const order of orders) {
    const episodeId = await registered(api);
    const eventIds: string[] = [];
    for (const index of order) {
      for (let times = 0; times < 5; times++) eventIds.push(await overKafka({ episodeId, ...updates[index] }));
    }
    await eventually('all were taken in', async () => (await outcomeOf(eventIds.at(-1) ?? '')) !== undefined);
    expect(await assetOf(episodeId)).toMatchObject({ status: 'READY', version: new Date('2026-03-01T10:02:00Z') });
    expect((await factsOf(episodeId)).filter(({ status }) => status === 'READY')).toHaveLength(1);
  }
});

test('READY without a manifest is one letter in quarantine, whichever way and however often it came', async () => {
  const episodeId = await registered(api);
  const body = { episodeId, ...readyBody({ manifestUrl: undefined }) };
  expect((await overHttp(body)).status).toBe(412);
  const events = [await overKafka(body), await overKafka(body)];
  for (const eventId of events) {
    await eventually('it is dead', async () => (await outcomeOf(eventId))?.['code'] === 'FAILED_PRECONDITION');
  }
  expect(await rows('SELECT status, repeats FROM dead_letters WHERE content_id = $1', [episodeId])).toEqual([
    { status: 'quarantined', repeats: 2 },
  ]);
  expect(await assetOf(episodeId)).toBeUndefined();
});

test('an update of a content that nobody knows yet stands, and its fact waits for the upload', async () => {
  const episodeId = '0b9f6a1e-0000-4000-8000-0000000000aa';
  await overKafka({ episodeId, ...readyBody() });
  await eventually('its fact waits', async () => {
    const [row] = await rows('SELECT status, code FROM inbox WHERE ordering_key = $1', [episodeId]);
    return row?.['status'] === 'parked' && row['code'] === 'NOT_STARTED';
  });
  expect(await assetOf(episodeId)).toMatchObject({ status: 'READY', residency: null });
});
