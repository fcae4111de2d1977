import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { newToken } from '../../../platform/tokens/token';
import { call, spawnApi, type Answer, type RunningApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

let world: World;
let api: RunningApi;
beforeAll(async () => {
  // Nobody listens on port 1: who may ask, and what is refused, Postgres alone is enough for.
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world, { REELWAY_API_REQUESTS_PER_MINUTE: '100000' });
  const stage = {
    stage: 'publish',
    status: 'PARKED',
    attempt: 1,
    code: 'RAW_OBJECT_MISSING',
    startedAt: 1,
    endedAt: 2,
  };
  const message = 'There is no object under the raw key raw/c-1/secret.mp4.';
  await world.pool.query(
    `INSERT INTO contents (content_id, phase, status, stage, generation, hls_manifest, dash_manifest, failure_code, stages)
     VALUES ('c-1', 'open', 'PARKED', 'publish', 1, 'GLOBAL/c-1/secret.m3u8', 'GLOBAL/c-1/secret.mpd', $1, $2)`,
    [stage.code, JSON.stringify([{ ...stage, message, deadlineAt: null }])],
  );
  await world.pool
    .query(`INSERT INTO dead_letters (consumer, topic, partition, kafka_offset, record_key, value, headers, code, reason)
    VALUES ('b', 'media.transcoded', 0, 1, 'secret-key', 'secret-bytes', '{}', 'NOT_JSON', 'no JSON')`);
});
afterAll(() => world.close());

const get = (path: string, token?: string): Promise<Answer> =>
  call(api, 'GET', path, token === undefined ? {} : { token });
const post = (path: string, body: unknown, token = api.tokens.operator): Promise<Answer> =>
  call(api, 'POST', path, { token, body });

/** What is written goes out as it stands; the answer is everything until the other side closes. */
function raw(text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('utf8')));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
const request = (headers: string[], line = 'GET /admin/v1/contents/c-1/audit HTTP/1.1'): string =>
  `${[line, 'host: x', 'connection: close', ...headers].join('\r\n')}\r\n\r\n`;

describe('a token', () => {
  it.each<[string, () => string[]]>([
    ['none', () => []],
    ['an unknown one', () => [`authorization: Bearer ${newToken()}`]],
    ['an empty one', () => ['authorization: Bearer ']],
    ['the beginning of one', () => [`authorization: Bearer ${api.tokens.admin.slice(0, -1)}`]],
    ['more than one', () => [`authorization: Bearer ${api.tokens.admin}x`]],
    ['one in another case', () => [`authorization: Bearer ${api.tokens.admin.toLowerCase()}`]],
    ['one with characters of several bytes', () => [`authorization: Bearer ${api.tokens.admin.slice(0, -1)}é`]],
    ['one of another scheme', () => [`authorization: Basic ${api.tokens.admin}`]],
    ['one without a scheme', () => [`authorization: ${api.tokens.admin}`]],
    [
      'two, both of them good',
      () => [`authorization: Bearer ${api.tokens.admin}`, `authorization: Bearer ${api.tokens.admin}`],
    ],
    ['two, the second one bad', () => [`authorization: Bearer ${api.tokens.admin}`, 'Authorization: Bearer x']],
    ['two in one header', () => [`authorization: Bearer ${api.tokens.admin}, Bearer x`]],
    ['one in another header', () => [`x-service-auth: Bearer ${api.tokens.admin}`]],
    ['one in a cookie', () => [`cookie: token=${api.tokens.admin}`]],
  ])('%s is refused with 401, in the same words', async (_what, headers) => {
    const answer = await raw(request(headers()));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/www-authenticate: Bearer/i);
    expect(answer).toContain('"code":"UNAUTHENTICATED"');
    expect(answer).not.toContain(api.tokens.admin);
  });

  it('that is good opens', async () => {
    expect(await raw(request([`authorization: bearer ${api.tokens.viewer}`]))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is asked for before anything is looked up, also for what is not there', async () => {
    for (const path of ['/contents/nobody', '/nothing', '/openapi.json', '/dead-letters/1'])
      expect([path, (await get(path)).status]).toEqual([path, 401]);
    const huge = await call(api, 'POST', '/contents/c-1/retry', { body: 'x'.repeat(3_000_000) }).catch(() => null);
    expect([401, undefined]).toContain(huge?.status);
  });

  it('is in no log', async () => {
    await get('/contents', api.tokens.admin);
    await get('/contents', 'rw_wrong-but-maybe-mistyped-token-1234');
    const log = api.process.log();
    expect([...Object.values(api.tokens), 'rw_wrong'].filter((text) => log.includes(text))).toEqual([]);
  });
});

describe('rights', () => {
  const command = { reason: 'why', commandId: 'rights-1' };
  it.each<[keyof RunningApi['tokens'], string, string, unknown, string]>([
    ['viewer', 'POST', '/contents/c-1/retry', command, 'operator'],
    ['viewer', 'POST', '/contents/c-1/cancel', command, 'operator'],
    ['viewer', 'POST', '/contents/c-1/extend', { ...command, byMs: 1 }, 'operator'],
    ['viewer', 'POST', '/contents/c-1/decide', { ...command, decision: 'APPROVED' }, 'operator'],
    ['viewer', 'PUT', '/contents/c-2', {}, 'operator'],
    ['viewer', 'POST', '/dead-letters/redrive', { ids: ['1'], commandId: 'x', dryRun: true }, 'operator'],
    ['viewer', 'POST', '/reconcile', { fix: true }, 'admin'],
    ['operator', 'POST', '/contents/c-1/decide', { ...command, decision: 'REMOVED' }, 'admin'],
    ['operator', 'GET', '/dead-letters/1', undefined, 'admin'],
    ['operator', 'POST', '/dead-letters/export', { filter: {} }, 'admin'],
    ['operator', 'POST', '/dead-letters/discard', { ids: ['1'], ...command }, 'admin'],
    ['operator', 'POST', '/dead-letters/redrive', { ids: ['1'], ...command, force: true }, 'admin'],
    ['operator', 'POST', '/dead-letters/1/correction', { ...command, value: 'e30=' }, 'admin'],
    ['operator', 'POST', '/bridge/resume', { scope: 'starts', reason: 'x' }, 'admin'],
    ['operator', 'POST', '/reconcile', { fix: true }, 'admin'],
  ])('%s: %s %s is refused with 403 and the right that is missing', async (who, method, path, body, right) => {
    const { status, body: problem } = await call(api, method, path, { token: api.tokens[who], body });
    expect({ status, ...problem }).toMatchObject({ status: 403, code: 'RIGHT_MISSING', right });
    expect(problem['detail']).toContain(`the right ${right}`);
    expect((await world.pool.query('SELECT 1 FROM audit')).rows).toEqual([]);
  });

  it('let viewers read, without what is secret-class', async () => {
    await world.pool.query(
      `INSERT INTO audit (command_id, content_id, actor, verb, reason, args)
       VALUES ('masked', 'c-audited', 'anna', 'skip', 'another key', '{"rawKey": "secret.mp4", "stage": "upload"}')`,
    );
    const shown = await get('/contents/c-1', api.tokens.viewer);
    expect(shown).toMatchObject({ status: 200, body: { contentId: 'c-1', manifests: { hls: '[admins only]' } } });
    const glanced = await get('/contents/c-1/glance', api.tokens.operator);
    const explained = await get('/contents/c-1/explanation', api.tokens.viewer);
    expect(explained.body).toMatchObject({
      problem: { message: 'There is no object under the raw key [admins only]' },
    });
    const audited = await get('/contents/c-audited/audit', api.tokens.viewer);
    expect(audited.body).toMatchObject([{ verb: 'skip', args: { rawKey: '[admins only]', stage: 'upload' } }]);
    const letters = await get('/dead-letters', api.tokens.operator);
    expect(letters.body).toMatchObject([{ code: 'NOT_JSON', key: '[admins only]' }]);
    const all = [shown, glanced, explained, audited, letters].map(({ body }) => body);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  it('let admins see it', async () => {
    const texts = await Promise.all(
      ['/contents/c-1', '/dead-letters', '/dead-letters/1'].map(async (path) => {
        const { status, body } = await get(path, api.tokens.admin);
        expect(status).toBe(200);
        return JSON.stringify(body);
      }),
    );
    expect(texts).toEqual(
      [/secret\.m3u8/, /secret-key/, /secret-bytes/].map((text) => expect.stringMatching(text) as string),
    );
  });

  it('make the actor of the token the one in the audit, whatever the body says', async () => {
    const record = { creatorId: 'anna', title: 'A title', contentType: 'VIDEO', residency: 'GLOBAL' };
    const forged = await call(api, 'PUT', '/contents/c-3', {
      token: api.tokens.operator,
      body: { ...record, actor: 'eve' },
    });
    expect(forged).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    const headers = { 'x-actor': 'eve', 'x-forwarded-user': 'eve' };
    const done = await call(api, 'PUT', '/contents/c-3', { token: api.tokens.operator, body: record, headers });
    expect(done).toMatchObject({ status: 200, body: { outcome: 'created' } });
    const { rows } = await world.pool.query(`SELECT actor, verb FROM audit WHERE content_id = 'c-3'`);
    expect(rows).toEqual([{ actor: 'the-operator', verb: 'register' }]);
  });
});

describe('hostile input', () => {
  const command = { commandId: 'hostile-1' };
  const INPUT_INVALID = { status: 400, body: { status: 400, code: 'INPUT_INVALID' } };

  it.each([
    ['of 1 MB', 'x'.repeat(1_000_000)],
    ['with NUL', 'a\u0000b'],
    ['with half a surrogate pair', 'a\ud800b'],
  ])('a reason %s is refused, and nothing is audited', async (_what, reason) => {
    expect(await post('/contents/c-1/retry', { ...command, reason })).toMatchObject(INPUT_INVALID);
    expect((await world.pool.query(`SELECT 1 FROM audit WHERE verb = 'retry'`)).rows).toEqual([]);
  });

  it.each(['..', '%2e%2e', '%', 'a%2fb', '%00', 'x%0ay', '%1b[31m', 'x'.repeat(10_000), '__proto__', '%f0%9f%98%80'])(
    'the id %s is refused or unknown, never another route',
    async (id) => {
      const answer = await raw(
        request([`authorization: Bearer ${api.tokens.viewer}`], `GET /admin/v1/contents/${id} HTTP/1.1`),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
      expect(answer).toMatch(/"code":"(INPUT_INVALID|CONTENT_NOT_FOUND|NOT_FOUND)"/);
      expect(answer).not.toContain('\u001b');
    },
  );

  it.each([
    ['__proto__ in it', '{"__proto__": {"rights": ["admin"]}, "reason": "r", "commandId": "x"}'],
    ['constructor.prototype in it', '{"constructor": {"prototype": {"x": 1}}, "reason": "r", "commandId": "x"}'],
    ['a field of the path', '{"contentId": "c-2", "reason": "r", "commandId": "x"}'],
    ['a field too many', '{"reason": "r", "commandId": "x", "extra": 1}'],
    ['a number for text', '{"reason": 5, "commandId": "x"}'],
    ['no reason', '{"commandId": "x"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['half of JSON', '{"reason": '],
    ['20,000 levels', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ])('a body with %s is refused', async (_what, body) => {
    expect(await post('/contents/c-1/retry', body)).toMatchObject(INPUT_INVALID);
  });

  it.each([
    'limit=five',
    'limit=1e2',
    'limit=0',
    'limit=1&limit=2',
    'attention=yes',
    'sort=asc',
    '__proto__=1',
    'after=x',
  ])('the query %s is refused', async (query) => {
    expect(await get(`/contents?${query}`, api.tokens.viewer)).toMatchObject(INPUT_INVALID);
  });

  it('a body that is compressed, or no JSON, is refused with 415', async () => {
    const body = { reason: 'r', commandId: 'x' };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonx'])
      expect(
        await call(api, 'POST', '/contents/c-1/retry', {
          token: api.tokens.operator,
          body,
          headers: { 'content-type': type },
        }),
      ).toMatchObject({ status: 415, body: { code: 'MEDIA_TYPE_UNSUPPORTED' } });
    const zipped = gzipSync(JSON.stringify(body));
    const head = [
      ...[`authorization: Bearer ${api.tokens.operator}`, 'content-type: application/json', 'content-encoding: gzip'],
      `content-length: ${String(zipped.length)}`,
    ];
    const line = 'POST /admin/v1/contents/c-1/retry HTTP/1.1';
    expect(await raw(Buffer.concat([Buffer.from(request(head, line)), zipped]))).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('a body over 2 MiB is refused with 413, headers over 16 KiB as well', async () => {
    const tooMuch = await post('/contents/c-1/retry', { ...command, reason: 'x'.repeat(2 * 1024 * 1024) });
    expect(tooMuch).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    expect(await raw(request([`x-padding: ${'x'.repeat(20_000)}`]))).toMatch(/^HTTP\/1\.1 413 [^]*"BODY_TOO_LARGE"/);
  });

  it('a body that does not come is given up', async () => {
    const head = [
      `authorization: Bearer ${api.tokens.operator}`,
      'content-type: application/json',
      'content-length: 100',
    ];
    const begun = Date.now();
    expect(await raw(`${request(head, 'POST /admin/v1/contents/c-1/retry HTTP/1.1')}{`)).toMatch(
      /^HTTP\/1\.1 408 [^]*"REQUEST_TIMEOUT"/,
    );
    expect(Date.now() - begun).toBeLessThan(20_000);
  });

  it('what is no HTTP is answered as a problem, too', async () => {
    expect(await raw('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
  });
});

describe('problems', () => {
  it('say what happened and what to do, with the id of the request, and no stack', async () => {
    const { status, headers, body } = await get('/contents/nobody', api.tokens.viewer);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect({ status, body }).toEqual({
      status: 404,
      body: {
        type: 'urn:reelway:problem:CONTENT_NOT_FOUND',
        title: 'There is no such content.',
        status: 404,
        detail: 'There is no content nobody.',
        code: 'CONTENT_NOT_FOUND',
        hint: 'List them: reelway content list',
        requestId: headers.get('x-request-id'),
      },
    });
    const requestId = headers.get('x-request-id') ?? '';
    await eventually('it is in the log', () => api.process.log().includes(requestId));
  });

  it('say 503 where a service is away, and how to repeat a command; nothing was audited', async () => {
    expect(await get('/queues', api.tokens.viewer)).toMatchObject({
      status: 503,
      body: { code: 'SERVICE_UNREACHABLE', detail: expect.stringContaining('127.0.0.1:1') as string },
    });
    const retry = await post('/contents/c-1/retry', { reason: 'r', commandId: 'away-1' });
    expect(retry).toMatchObject({ status: 503, body: { code: 'SERVICE_UNREACHABLE' } });
    expect((await world.pool.query(`SELECT 1 FROM audit WHERE command_id = 'away-1'`)).rows).toEqual([]);
  });

  it('are what a route that is not there gives, too', async () => {
    for (const path of ['/nothing', '/contents/c-1/explode', '/contents/c-1/'])
      expect(await get(path, api.tokens.viewer)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const outside = await fetch(`${api.url}/elsewhere`);
    expect(outside.status).toBe(404);
    expect(await outside.json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('the document of the API has every route', async () => {
  const { status, body } = await get('/openapi.json', api.tokens.viewer);
  expect({ status, body }).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  expect(Object.keys(body['paths'] as object)).toEqual(
    expect.arrayContaining([
      '/admin/v1/contents',
      '/admin/v1/contents/{contentId}/retry',
      '/admin/v1/dead-letters/redrive',
    ]),
  );
});
