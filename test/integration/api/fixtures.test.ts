import { randomUUID } from 'node:crypto';
import type { Topic } from '../../../contracts/model/topics';
import { hostileVariants } from '../../fixtures/messages/hostile';
import { bytesOf, messageFixtures, type FixtureKind } from '../../fixtures/messages/load';
import { spawnApi, type RunningApi } from '../../support/api';
import { readyBody, record, registered, tell } from '../../support/assets';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(120_000);

let world: World;
let api: RunningApi;

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world);
});
afterAll(() => world.close());

const METRICS = '/internal/events/engagement/metrics';
const assetsOf = (id: string): string => `/internal/catalog/episodes/${id}/assets`;
const contentOf = (id: string): string => `/internal/catalog/contents/${id}`;

interface Flat extends Record<string, unknown> {
  event_id?: string;
  payload?: Record<string, unknown>;
}

/** The fixtures of a topic as HTTP has them: no envelope. */
const flat = (topic: Topic, ...kinds: FixtureKind[]) =>
  kinds.flatMap((kind) =>
    messageFixtures(topic, kind).map((fixture) => {
      const { payload, ...rest } = JSON.parse(bytesOf(fixture).toString()) as Flat;
      return { name: `${kind}: ${fixture.name}`, said: payload ?? rest };
    }),
  );

/** Bytes of anybody. */
async function sendBytes(method: string, path: string, bytes: Buffer) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-service-auth': `Bearer ${api.serviceToken}` },
    body: new Uint8Array(bytes),
  });
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code };
}

const hostile = (valid: object) =>
  hostileVariants(JSON.stringify(valid)).flatMap(({ name, value, expect: code }) =>
    value === null ? [] : [{ name, value, refusal: code === 'TOO_LARGE' ? TOO_LARGE : INVALID }],
  );
const INVALID = { status: 400, code: 'INPUT_INVALID' };
const TOO_LARGE = { status: 413, code: 'BODY_TOO_LARGE' };

const rowsOf = async (sql: string, values: unknown[]): Promise<object[]> =>
  (await world.pool.query<object>(sql, values)).rows;

describe('engagement metrics', () => {
  const FIXTURE_ID = '3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11';
  const counted = () => rowsOf('SELECT content_id, score FROM content_metrics', []);

  it.each(flat('engagement.metrics', 'valid'))('$name counts', async ({ said }) => {
    await tell(api, 'PUT', contentOf(FIXTURE_ID), record());
    const body = { ...said, event_id: randomUUID() };
    expect(await tell(api, 'POST', METRICS, body)).toMatchObject({ status: 202, body: { outcome: 'counted' } });
    expect((await tell(api, 'POST', METRICS, body)).body).toEqual({ outcome: 'duplicate' });
  });

  it.each(flat('engagement.metrics', 'invalid', 'hostile'))('$name is refused and counts nothing', async ({ said }) => {
    const before = await counted();
    const answer = await tell(api, 'POST', METRICS, { ...said, event_id: randomUUID() });
    const [metric] = said['metrics'] as { contentId?: string }[];
    const isStranger = metric?.contentId === 'content-001';
    expect(answer).toMatchObject(
      isStranger ? { status: 404, body: { code: 'CONTENT_NOT_FOUND' } } : { status: 400, body: INVALID },
    );
    expect(await counted()).toEqual(before);
  });

  it.each(hostile({ metrics: [{ contentId: FIXTURE_ID, score: 1 }] }))(
    'are refused: $name',
    async ({ value, refusal }) => {
      expect(await sendBytes('POST', METRICS, value)).toEqual(refusal);
    },
  );

  it('are refused where a number is too large to be one, and where they are more than one request may hold', async () => {
    const huge = `{"metrics":[{"contentId":"${FIXTURE_ID}","score":1e999}]}`;
    expect(await sendBytes('POST', METRICS, Buffer.from(huge))).toEqual(INVALID);
    const many = Array.from({ length: 1_001 }, () => ({ contentId: FIXTURE_ID, score: 1 }));
    expect(await tell(api, 'POST', METRICS, { metrics: many })).toMatchObject({ status: 400 });
  });
});

describe('assets of an episode', () => {
  const assetRows = (id: string) => rowsOf('SELECT status FROM media_assets WHERE episode_id = $1', [id]);

  it.each(flat('upload.media.processed', 'valid'))(
    '$name is taken in, or kept where it lacks something',
    async (of) => {
      const { episodeId: _episodeId, ...body } = of.said;
      const id = await registered(api);
      const answer = await tell(api, 'POST', assetsOf(id), body);
      const lacks = body['status'] === 'READY' && body['manifestUrl'] === undefined;
      expect(answer.status).toBe(lacks ? 412 : 200);
      expect(await assetRows(id)).toEqual(lacks ? [] : [{ status: body['status'] }]);
      if (lacks) expect(answer.body).toMatchObject({ code: 'FAILED_PRECONDITION' });
    },
  );

  it.each(flat('upload.media.processed', 'invalid', 'hostile'))('$name is refused and changes nothing', async (of) => {
    const { episodeId, ...body } = of.said;
    const id = await registered(api);
    // What is wrong with one of them is its episode, which stands in the path here.
    const isText = episodeId === 'episode-1';
    const answer = await tell(api, 'POST', assetsOf(isText ? 'episode-1' : id), body);
    expect(answer).toMatchObject(isText ? { status: 404 } : { status: 400, body: INVALID });
    expect(await assetRows(id)).toEqual([]);
  });

  it.each(hostile(readyBody()))('are refused: $name', async ({ value, refusal }) => {
    expect(await sendBytes('POST', assetsOf(await registered(api)), value)).toEqual(refusal);
  });

  it.each([
    ['captions in no language', { captions: [{ lang: 'no language', url: 'https://cdn.example/e/en.vtt' }] }],
    ['captions in a script', { captions: [{ lang: 'en', url: 'javascript:alert(1)' }] }],
    ['fallback art of another scheme', { fallbackArtUrl: 'data:image/png;base64,AA' }],
  ])('are refused with %s', async (_what, over) => {
    const id = await registered(api);
    expect(await tell(api, 'POST', assetsOf(id), readyBody(over))).toMatchObject({ status: 400, body: INVALID });
    expect(await assetRows(id)).toEqual([]);
  });

  it.each([
    ['manifest', { manifestUrl: undefined }],
    ['thumbnail', { defaultThumbnailUrl: undefined }],
  ])(
    'READY without a %s is kept for a person once, however often it comes and by either route',
    async (_what, over) => {
      const id = await registered(api);
      const events = { path: '/internal/events/media-processed', body: { episodeId: id, ...readyBody(over) } };
      const webhook = { path: assetsOf(id), body: readyBody(over) };
      for (const { path, body } of [webhook, events, webhook]) {
        const answer = await tell(api, 'POST', path, body);
        expect(answer).toMatchObject({ status: 412, body: { code: 'FAILED_PRECONDITION' } });
      }
      const kept = await rowsOf('SELECT repeats FROM dead_letters WHERE content_id = $1', [id]);
      expect(kept).toEqual([{ repeats: 2 }]);
      expect(await assetRows(id)).toEqual([]);
    },
  );
});

describe('the record of a content', () => {
  it.each(hostile(record()))('is refused: $name', async ({ value, refusal }) => {
    const id = randomUUID();
    expect(await sendBytes('PUT', contentOf(id), value)).toEqual(refusal);
    expect(await rowsOf('SELECT 1 FROM contents WHERE content_id = $1', [id])).toEqual([]);
  });

  it.each([
    ['no creator', { creatorId: undefined }],
    ['a blank title', { title: '  ' }],
    ['a title of two lines', { title: 'a\nb' }],
    ['a residency in other letters', { residency: 'ng' }],
    ['a type that is none', { contentType: 'TEXT' }],
    ['tags that are a text', { tags: 'a,b' }],
    ['a language that is none', { language: 'no language' }],
    ['a field that nobody knows', { admin: true }],
  ])('is refused with %s', async (_what, over) => {
    expect(await tell(api, 'PUT', contentOf(randomUUID()), record(over))).toMatchObject({ status: 400, body: INVALID });
  });

  it('is written by one of fifty identical requests side by side, and changed by one of fifty more', async () => {
    const id = randomUUID();
    const putFifty = async (body: object) => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => tell(api, 'PUT', contentOf(id), body)));
      return answers.map(({ status, body: { outcome } }) => `${String(status)} ${String(outcome)}`).sort();
    };
    const unchanged = Array.from({ length: 49 }, () => '200 unchanged');
    expect(await putFifty(record())).toEqual([...unchanged, '201 created'].sort());
    expect(await putFifty(record({ title: 'Another walk' }))).toEqual([...unchanged, '200 changed'].sort());
    const { body } = await tell(api, 'PUT', contentOf(id), record({ title: 'Another walk' }));
    expect(body).toMatchObject({ metadataVersion: 2, outcome: 'unchanged' });
  });
});
