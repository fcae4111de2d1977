import { randomUUID } from 'node:crypto';
import { spawnApi, type RunningApi } from '../../support/api';
import { registered, tell, type Told } from '../../support/assets';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { caughtUp, letters, projectorOf, recordOf, send, type Running } from '../projector/setting';

// A busy machine with two cores.
jest.setTimeout(120_000);

let world: World;
let api: RunningApi;
let running: Running;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'kafka'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world);
  running = await projectorOf(world);
});
afterAll(async () => {
  await running.stop();
  await world.close();
});

const METRICS = '/internal/events/engagement/metrics';
const post = (body: unknown, headers: Record<string, string> = {}): Promise<Told> =>
  tell(api, 'POST', METRICS, body, { 'x-service-auth': `Bearer ${api.serviceToken}`, ...headers });

/** What is counted of a content; null: nothing ever was. */
async function sums(contentId: string) {
  const { rows } = await world.pool.query(
    `SELECT score::text, ratings::int, rating_sum::text AS "ratingSum", likes::int, views::int FROM content_metrics
     WHERE content_id = $1`,
    [contentId],
  );
  return (rows[0] as object | undefined) ?? null;
}

const ONE = { score: 0.1, likes: 2, views: 3, rating: 4.5 };
const COUNTED_ONCE = { score: '0.1', ratings: 1, ratingSum: '4.5', likes: 2, views: 3 };

describe('metrics of a content', () => {
  it('are counted once durable, each message once by its event id', async () => {
    const contentId = await registered(api);
    const body = { event_id: randomUUID(), metrics: [{ contentId, ...ONE }] };
    expect(await post(body)).toMatchObject({ status: 202, body: { outcome: 'counted' } });
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
    // A later retry names another time, and the id in other letters.
    const again = { ...body, event_id: body.event_id.toUpperCase(), receivedAt: new Date().toISOString() };
    expect(await post(again)).toMatchObject({ status: 202, body: { outcome: 'duplicate' } });
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
  });

  it('that name no message count each time; with a time, once', async () => {
    const contentId = await registered(api);
    const nameless = { metrics: [{ contentId, score: 1 }] };
    for (let times = 0; times < 2; times++)
      expect(await post(nameless)).toMatchObject({ status: 202, body: { outcome: 'counted' } });
    const timed = { ...nameless, receivedAt: new Date().toISOString() };
    expect((await post(timed)).body).toMatchObject({ outcome: 'counted' });
    expect((await post(timed)).body).toMatchObject({ outcome: 'duplicate' });
    expect(await sums(contentId)).toMatchObject({ score: '3' });
  });

  it('are counted once by their Idempotency-Key, and other metrics under it are refused', async () => {
    const contentId = await registered(api);
    const key = { 'idempotency-key': randomUUID() };
    const body = { metrics: [{ contentId, ...ONE }] };
    expect((await post(body, key)).body).toMatchObject({ outcome: 'counted' });
    expect((await post(body, key)).body).toMatchObject({ outcome: 'duplicate' });
    const other = { metrics: [{ contentId, ...ONE, score: 7 }] };
    expect(await post(other, key)).toMatchObject({ status: 409, body: { code: 'EVENT_ID_REUSED' } });
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
    expect((await post(other, { 'idempotency-key': ' ' })).status).toBe(400);
  });

  it('under an event id that came with others are refused with 409, and the first stand', async () => {
    const contentId = await registered(api);
    const eventId = randomUUID();
    await post({ event_id: eventId, metrics: [{ contentId, ...ONE }] });
    const answer = await post({ event_id: eventId, metrics: [{ contentId, ...ONE, likes: 3 }] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'EVENT_ID_REUSED' } });
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
  });

  it('of a day that nobody remembers, or of one to come, are refused', async () => {
    const contentId = await registered(api);
    const on = (receivedAt: string) => post({ receivedAt, metrics: [{ contentId, ...ONE }] });
    expect(await on('2020-01-01T00:00:00Z')).toMatchObject({ status: 400, body: { code: 'TOO_OLD_TO_COUNT' } });
    expect(await on('2099-01-01T00:00:00Z')).toMatchObject({ status: 400, body: { code: 'DATED_AHEAD' } });
    expect(await sums(contentId)).toBeNull();
  });

  it.each([
    ['a text', 'content-001'],
    ['a UUID that nobody registered', randomUUID()],
    ['somebody’s id with something behind it', `${randomUUID()}x`],
    ['an empty text', ''],
    ['a text of two lines', 'a\nb'],
    ['an endless text', 'x'.repeat(10_000)],
  ])(
    'with %s among their contents are refused with 404, and nothing of the message counts',
    async (_what, stranger) => {
      const contentId = await registered(api);
      const body = {
        event_id: randomUUID(),
        metrics: [
          { contentId, ...ONE },
          { contentId: stranger, score: 1 },
        ],
      };
      for (let times = 0; times < 2; times++) {
        const answer = await post(body);
        expect(answer).toMatchObject({ status: 404, body: { code: 'CONTENT_NOT_FOUND' } });
        expect(answer.body['detail']).toContain(JSON.stringify(stranger.slice(0, 64)));
        expect(String(answer.body['detail']).length).toBeLessThan(200);
      }
      expect(await sums(contentId)).toBeNull();
    },
  );

  it('of a content that is registered meanwhile count when they are sent again', async () => {
    const contentId = randomUUID();
    const body = { event_id: randomUUID(), metrics: [{ contentId, ...ONE }] };
    expect((await post(body)).status).toBe(404);
    await tell(api, 'PUT', `/internal/catalog/contents/${contentId}`, {
      ...{ creatorId: 'anna', title: 'A walk', contentType: 'VIDEO', residency: 'NG' },
    });
    expect(await post(body)).toMatchObject({ status: 202, body: { outcome: 'counted' } });
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
  });

  it.each<[string, () => [object, Record<string, string>]]>([
    ['an event id', () => [{ event_id: randomUUID() }, {}]],
    ['a key', () => [{}, { 'idempotency-key': randomUUID() }]],
    ['a time', () => [{ receivedAt: new Date().toISOString() }, {}]],
  ])('sent fifty times side by side with %s count once', async (_what, identity) => {
    const contentId = await registered(api);
    const [fields, headers] = identity();
    const body = { ...fields, metrics: [{ contentId, ...ONE }] };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(body, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(answers.filter(({ body: { outcome } }) => outcome === 'counted')).toHaveLength(1);
    expect(await sums(contentId)).toEqual(COUNTED_ONCE);
  });

  it('of one event that comes over HTTP and over Kafka, side by side, count once', async () => {
    const events = await Promise.all(
      Array.from({ length: 10 }, async () => ({ eventId: randomUUID(), contentId: await registered(api) })),
    );
    const overHttp = events.map(({ eventId, contentId }) =>
      post({ event_id: eventId, metrics: [{ contentId, ...ONE }] }),
    );
    const overKafka = send(
      world,
      events.map(({ eventId, contentId }) => recordOf('engagement.metrics', enveloped(eventId, contentId))),
    );
    const [answers] = await Promise.all([Promise.all(overHttp), overKafka]);
    await caughtUp(world);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    for (const { contentId } of events) expect(await sums(contentId)).toEqual(COUNTED_ONCE);
    // Afterwards too, whichever way was first.
    const [first] = events;
    if (!first) return;
    expect((await post({ event_id: first.eventId, metrics: [{ contentId: first.contentId, ...ONE }] })).body).toEqual({
      outcome: 'duplicate',
    });
    expect(await letters(world, 'EVENT_ID_REUSED')).toEqual([]);
  });

  it('are what the sorted sets are made of, soon after', async () => {
    const contentId = await registered(api);
    await post({ event_id: randomUUID(), metrics: [{ contentId, score: 12.25 }] });
    await eventually('the score stands in the set', async () => {
      const found = await running.redis.highest('catalog:trending', 0, 1_000);
      return found.find(({ member }) => member === contentId)?.score === 12.25;
    });
  });
});

const enveloped = (eventId: string, contentId: string): string =>
  JSON.stringify({
    ...{ event_id: eventId, timestamp: new Date().toISOString(), source_service: 'engagement-service' },
    payload: { metrics: [{ contentId, ...ONE }] },
  });
