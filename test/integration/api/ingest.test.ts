import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { bytesOf, messageFixtures } from '../../fixtures/messages/load';
import { hostileVariants } from '../../fixtures/messages/hostile';
import { spawnApi, type RunningApi } from '../../support/api';
import { makeVisible, readyBody, record, registered, tell } from '../../support/assets';
import { newToken } from '../../../platform/tokens/token';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(120_000);

let world: World;
let api: RunningApi;
const second = newToken();

beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world, { REELWAY_CDN_BASE: 'https://cdn.example/base/' });
});
afterAll(() => world.close());

const MEDIA = '/internal/events/media-processed';
const post = (body: unknown, headers?: Record<string, string>) => tell(api, 'POST', MEDIA, body, headers);
const count = async (sql: string, values: unknown[] = []): Promise<number> => {
  const { rows } = await world.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`, values);
  return Number(rows[0]?.n);
};

describe('who may tell', () => {
  it.each<[string, () => Record<string, string>]>([
    ['no token', () => ({})],
    ['a wrong one', () => ({ 'x-service-auth': `Bearer ${second}` })],
    ['a prefix', () => ({ 'x-service-auth': `Bearer ${api.serviceToken.slice(0, -1)}` })],
    ['a longer one', () => ({ 'x-service-auth': `Bearer ${api.serviceToken}x` })],
    ['no scheme', () => ({ 'x-service-auth': api.serviceToken })],
    ['the token of an admin', () => ({ 'x-service-auth': `Bearer ${api.tokens.admin}` })],
    ['the token as an admin would show it', () => ({ authorization: `Bearer ${api.serviceToken}` })],
  ])('%s is refused before anything is looked up, on every path', async (_what, headers) => {
    const paths: ['POST' | 'PUT', string, unknown][] = [
      ['POST', MEDIA, 'not json'],
      ['POST', `/internal/catalog/episodes/${'x'.repeat(500)}/assets`, {}],
      ['PUT', '/internal/catalog/contents/%00', {}],
      ['POST', '/internal/nothing', {}],
    ];
    for (const [method, path, body] of paths) {
      const answer = await tell(api, method, path, body, headers());
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
      expect(answer.body['requestId']).toEqual(answer.headers.get('x-request-id'));
    }
  });

  it.each([
    ['multi-byte text', (token: string) => `x-service-auth: Bearer ${token.slice(0, -2)}é\r\n`],
    ['two headers, both right', (token: string) => `x-service-auth: Bearer ${token}\r\n`.repeat(2)],
    ['two in one', (token: string) => `x-service-auth: Bearer ${token}, Bearer ${token}\r\n`],
    ['an empty one', () => 'x-service-auth: \r\n'],
  ])('%s is refused', async (_what, header) => {
    const answer = await rawRequest(
      `POST ${MEDIA} HTTP/1.1\r\nhost: x\r\n${header(api.serviceToken)}content-length: 0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('either of two tokens opens while services change from one to the other', async () => {
    const both = await spawnApi(world, { REELWAY_SERVICE_TOKENS: `${api.serviceToken},${second}` });
    const episodeId = await registered(api);
    for (const token of [api.serviceToken, second]) {
      const answer = await tell({ ...both, serviceToken: token }, 'POST', MEDIA, { episodeId, status: 'PENDING' });
      expect(answer.status).toBe(202);
    }
  });

  it('counts the requests of each token', async () => {
    const slow = await spawnApi(world, { REELWAY_SERVICE_REQUESTS_PER_MINUTE: '2' });
    const answers = [];
    for (let tries = 0; tries < 3; tries++) answers.push(await tell(slow, 'POST', MEDIA, {}));
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 429]);
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

/** What the server says to bytes of its own making. */
const rawRequest = (
  text: string,
  after: (socket: ReturnType<typeof connect>) => void = () => undefined,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    let said = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      after(socket);
    });
    socket.on('data', (data) => {
      said += data.toString();
      if (said.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => {
      resolve(said);
    });
    socket.on('error', reject);
  });

describe('the record of a content', () => {
  it('is written before the upload, and changed while nothing is published', async () => {
    const id = randomUUID();
    const path = `/internal/catalog/contents/${id}`;
    expect(await tell(api, 'PUT', path, record())).toMatchObject({ status: 201, body: { metadataVersion: 1 } });
    expect(await tell(api, 'PUT', path, record())).toMatchObject({ status: 200, body: { outcome: 'unchanged' } });
    const tagged = record({ title: 'Another walk', tags: ['park'], language: 'en', categories: ['nature'] });
    expect(await tell(api, 'PUT', path, tagged)).toMatchObject({ status: 200, body: { metadataVersion: 2 } });
    await makeVisible(world, id);
    expect(await tell(api, 'PUT', path, record())).toMatchObject({ status: 409, body: { code: 'ALREADY_FINISHED' } });
    expect(await tell(api, 'PUT', '/internal/catalog/contents/.x', record())).toMatchObject({ status: 400 });
    expect(await tell(api, 'PUT', path, record({ titel: 'x' }))).toMatchObject({ status: 400 });
  });
});

describe('media of an episode', () => {
  it('are taken in once durable, by either route, and the same again changes nothing', async () => {
    const episodeId = await registered(api, { residency: 'NG' });
    expect(await post({ episodeId, ...readyBody() })).toMatchObject({ status: 202, body: { outcome: 'applied' } });
    expect(await post({ episodeId, ...readyBody() })).toMatchObject({ status: 202, body: { outcome: 'unchanged' } });
    const assets = `/internal/catalog/episodes/${episodeId}/assets`;
    expect(await tell(api, 'POST', assets, readyBody())).toMatchObject({ status: 200, body: { outcome: 'unchanged' } });
    const withCaptions = readyBody({
      occurredAt: '2026-03-01T10:16:00Z',
      captions: [{ lang: 'en', url: 'https://cdn.example/e/en.vtt' }],
    });
    expect(await tell(api, 'POST', assets, withCaptions)).toMatchObject({ body: { outcome: 'applied' } });
    const { rows } = await world.pool.query('SELECT * FROM media_assets WHERE episode_id = $1', [episodeId]);
    expect(rows).toMatchObject([
      { status: 'READY', cacheable: true, residency: 'NG', captions: [{ lang: 'en' }], streaming_asset_id: 'asset-1' },
    ]);
    expect(await count('inbox WHERE ordering_key = $1', [episodeId])).toBe(2);
  });

  it('are changed once by identical requests side by side, with or without a time', async () => {
    for (const over of [{}, { occurredAt: undefined }]) {
      const episodeId = await registered(api);
      const body = { episodeId, ...readyBody(over) };
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)));
      expect(answers.filter(({ body: { outcome } }) => outcome === 'applied')).toHaveLength(1);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(await count('inbox WHERE ordering_key = $1', [episodeId])).toBe(1);
    }
  });

  it('stay as they are when an older update comes late, which is listed as a conflict', async () => {
    const episodeId = await registered(api);
    await post({ episodeId, ...readyBody() });
    const late = { episodeId, status: 'PROCESSING', occurredAt: '2026-03-01T10:15:00Z' };
    for (let times = 0; times < 2; times++) {
      expect(await post(late)).toMatchObject({ status: 202, body: { outcome: 'late' } });
    }
    const { stdout } = await world.runReelway(['assets', 'conflicts', '--content', episodeId, '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ status: 'PROCESSING', standingStatus: 'READY', times: 2 }]);
    const shown = await world.runReelway(['assets', 'show', episodeId, '-o', 'json'], api.env());
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'READY', version: '2026-03-01T10:15:30.250Z' });
  });

  it('with a clock that is far ahead do not keep later updates out', async () => {
    const episodeId = await registered(api);
    await post({ episodeId, status: 'PROCESSING', occurredAt: '2099-01-01T00:00:00Z' });
    const { rows } = await world.pool.query<{ ahead: number }>(
      'SELECT extract(epoch FROM version - now())::float8 AS ahead FROM media_assets WHERE episode_id = $1',
      [episodeId],
    );
    expect(rows[0]?.ahead).toBeLessThanOrEqual(300);
  });

  it('READY win over anything else of the same moment, in any order', async () => {
    const occurredAt = '2026-03-01T10:15:30Z';
    for (const first of ['READY', 'FAILED']) {
      const episodeId = await registered(api);
      const bodies = [
        { episodeId, ...readyBody({ occurredAt }) },
        { episodeId, status: 'FAILED', reason: 'no disk', occurredAt },
      ];
      for (const body of first === 'READY' ? bodies : bodies.reverse()) await post(body);
      expect(await count(`media_assets WHERE episode_id = $1 AND status = 'READY'`, [episodeId])).toBe(1);
    }
  });

  it.each([
    ['a manifest', { manifestUrl: undefined }, /manifestUrl/],
    ['a thumbnail', { defaultThumbnailUrl: undefined }, /defaultThumbnailUrl/],
  ])('READY without %s are kept for an operator, who completes them', async (_what, over, why) => {
    const episodeId = await registered(api);
    for (let times = 0; times < 3; times++) {
      const answer = await post({ episodeId, ...readyBody(over) });
      expect(answer).toMatchObject({ status: 412, body: { code: 'FAILED_PRECONDITION' } });
      expect(answer.body['detail']).toMatch(why);
    }
    const listed = await world.runReelway(['dlq', 'list', '--quarantine', '--content', episodeId, '-o', 'json']);
    const letters = JSON.parse(listed.stdout) as { id: string }[];
    expect(letters).toMatchObject([{ status: 'quarantined', code: 'FAILED_PRECONDITION', repeats: 2 }]);
    const [letter] = letters;
    const file = `${world.dirs.root}/completed-${episodeId}.json`;
    await import('node:fs/promises').then((fs) => fs.writeFile(file, JSON.stringify({ episodeId, ...readyBody() })));
    const redriven = await world.runReelway([
      'dlq',
      'redrive',
      letter?.id ?? '',
      '--with',
      file,
      '--reason',
      'completed',
      '--yes',
      '-o',
      'jsonl',
    ]);
    expect({ code: redriven.code, said: redriven.stdout + redriven.stderr }).toMatchObject({ code: 0 });
    expect(await count(`media_assets WHERE episode_id = $1 AND status = 'READY'`, [episodeId])).toBe(1);
    expect(await count('inbox WHERE ordering_key = $1', [episodeId])).toBe(1);
  });

  it('READY without a thumbnail pass where the episode has one already', async () => {
    const episodeId = await registered(api);
    await post({
      episodeId,
      status: 'PROCESSING',
      defaultThumbnailUrl: 'https://cdn.example/p.jpg',
      occurredAt: '2026-03-01T10:00:00Z',
    });
    expect(await post({ episodeId, ...readyBody({ defaultThumbnailUrl: undefined }) })).toMatchObject({ status: 202 });
  });

  it('of an episode that nobody knows are answered with 404', async () => {
    expect(await post({ episodeId: randomUUID(), ...readyBody() })).toMatchObject({
      status: 404,
      body: { code: 'CONTENT_NOT_FOUND' },
    });
    for (const id of [randomUUID(), 'bunny', 'x'.repeat(10_000)]) {
      expect(await tell(api, 'POST', `/internal/catalog/episodes/${id}/assets`, readyBody())).toMatchObject({
        status: 404,
      });
    }
  });
});

describe('bodies that are not right', () => {
  const flat = (topic: 'upload.media.processed', kind: 'valid' | 'invalid' | 'hostile') =>
    messageFixtures(topic, kind).map((fixture) => {
      const json = JSON.parse(bytesOf(fixture).toString()) as { payload?: unknown };
      return { name: fixture.name, body: JSON.stringify(json.payload ?? json) };
    });

  it.each(flat('upload.media.processed', 'valid'))('pass: $name', async ({ body }) => {
    const { episodeId } = JSON.parse(body) as { episodeId: string };
    await tell(api, 'PUT', `/internal/catalog/contents/${episodeId}`, record());
    expect([202, 412]).toContain((await post(body)).status);
  });

  it.each([...flat('upload.media.processed', 'invalid'), ...flat('upload.media.processed', 'hostile')])(
    'are refused: $name',
    async ({ body }) => {
      expect(await post(body)).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    },
  );

  it.each(
    hostileVariants(JSON.stringify({ episodeId: randomUUID(), ...readyBody() })).filter(({ value }) => value !== null),
  )('are refused: $name', async ({ value, expect: code }) => {
    const response = await fetch(`${api.url}${MEDIA}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-service-auth': `Bearer ${api.serviceToken}` },
      body: new Uint8Array(value ?? []),
    });
    expect(response.status).toBe(code === 'TOO_LARGE' ? 413 : 400);
    expect(await response.json()).toMatchObject({ code: code === 'TOO_LARGE' ? 'BODY_TOO_LARGE' : 'INPUT_INVALID' });
  });

  it.each([
    ['text/plain', {}],
    ['text/json', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('of %s %j are refused with 415', async (type, more) => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const response = await fetch(`${api.url}${MEDIA}`, {
      method: 'POST',
      headers: { 'content-type': type, 'x-service-auth': `Bearer ${api.serviceToken}`, ...more },
      body: bomb,
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it('that arrive a byte a second are cut off in time, and others are served meanwhile', async () => {
    const slow = rawRequest(
      `POST ${MEDIA} HTTP/1.1\r\nhost: x\r\nx-service-auth: Bearer ${api.serviceToken}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`,
      (socket) => {
        const timer = setInterval(() => socket.writable && socket.write(' '), 1_000);
        socket.on('close', () => {
          clearInterval(timer);
        });
      },
    );
    const episodeId = await registered(api);
    expect((await post({ episodeId, status: 'PENDING' })).status).toBe(202);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
  });
});
