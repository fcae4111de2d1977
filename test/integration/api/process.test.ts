import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { newToken, tokenLine } from '../../../platform/tokens/token';
import { call, spawnApi, linesOf, type RunningApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
let api: RunningApi;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world, { REELWAY_API_REQUESTS_PER_MINUTE: '30' });
});
afterAll(() => world.close());

const replace = (text: string): void => {
  writeFileSync(`${api.file}.new`, text, { mode: 0o600 });
  renameSync(`${api.file}.new`, api.file);
};

const ONE_ADMIN = { REELWAY_API_TOKENS: tokenLine('anna', ['admin'], newToken()) };

describe('reelway api', () => {
  it.each<[string, () => Record<string, string>, RegExp]>([
    ['no token', () => ({}), /REELWAY_API_TOKENS_FILE or REELWAY_API_TOKENS is required/],
    ['an empty token', () => ({ REELWAY_API_TOKENS: 'anna admin ' }), /is not ACTOR RIGHT/],
    ['a token in place of a digest', () => ({ REELWAY_API_TOKENS: 'anna admin hunter2' }), /has no digest/],
    [
      'two places for tokens',
      () => ({ REELWAY_API_TOKENS: 'x', REELWAY_API_TOKENS_FILE: '/x' }),
      /must not be set beside/,
    ],
    ['no service token', () => ({ ...ONE_ADMIN, REELWAY_SERVICE_TOKENS: '' }), /REELWAY_SERVICE_TOKENS is required/],
    ['a short service token', () => ({ ...ONE_ADMIN, REELWAY_SERVICE_TOKENS: 'hunter2' }), /must be one token or two/],
    [
      'an empty one beside',
      () => ({ ...ONE_ADMIN, REELWAY_SERVICE_TOKENS: `${newToken()},` }),
      /must be one token or two/,
    ],
    ['a file that is not there', () => ({ REELWAY_API_TOKENS_FILE: '/nonexistent/tokens' }), /cannot be read/],
    ['a file for everybody to read', () => ({ REELWAY_API_TOKENS_FILE: publicFile() }), /read or written by everybody/],
  ])('does not start with %s', async (_what, env, message) => {
    const { code, stderr } = await world.runReelway(['api'], {
      REELWAY_API_PORT: '0',
      REELWAY_SERVICE_TOKENS: api.serviceToken,
      ...env(),
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/CONFIG_INVALID/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/hunter2|\n +at /);
  });

  const publicFile = (): string => {
    const path = join(world.dirs.root, 'public-tokens');
    writeFileSync(path, linesOf(api.tokens));
    chmodSync(path, 0o644);
    return path;
  };

  it('takes tokens from the environment too, and says where it listens', async () => {
    const token = newToken();
    const env = {
      REELWAY_SERVICE_TOKENS: newToken(),
      REELWAY_API_TOKENS: `${tokenLine('anna', ['viewer'], newToken())};${tokenLine('ben', ['viewer'], token)}`,
    };
    const started = await world.spawnReelway(['api'], { REELWAY_API_PORT: '0', ...env });
    const url = /"apiUrl":"(http:[^"]+)"/.exec(started.log())?.[1] ?? '';
    expect(await call({ url }, 'GET', '/contents', { token })).toMatchObject({ status: 200, body: { contents: [] } });
    started.kill('SIGTERM');
    expect(await started.waitForExit()).toEqual({ code: 0, signal: null });
  });

  it('lets tokens be changed while it runs, and says so where their file is broken', async () => {
    const { admin } = api.tokens;
    const fresh = newToken();
    const statusOf = async (token: string): Promise<number> =>
      (await call(api, 'GET', '/doesnotexist', { token })).status;
    replace(`${linesOf(api.tokens)}${tokenLine('the-admin', ['admin'], fresh)}\n`);
    await eventually('the new token opens', async () => (await statusOf(fresh)) === 404);
    expect(await statusOf(admin)).toBe(404);
    replace('broken');
    const health = async (): Promise<string> => (await fetch(`${api.process.url}/health/ready`)).text();
    await eventually('it is told', async () => /stay in use/.test(await health()));
    expect(api.process.log()).toContain('the token file cannot be used');
    expect(await (await fetch(`${api.process.url}/metrics`)).text()).toMatch(/reelway_api_token_file_broken\S* 1/);
    expect(await statusOf(fresh)).toBe(404);
    replace(linesOf({ ...api.tokens, admin: fresh }));
    await eventually('the old token does not open', async () => (await statusOf(admin)) === 401);
    api.tokens.admin = fresh;
  });

  it('lets each token ask so often, and says when again', async () => {
    const ask = () => call(api, 'GET', '/contents', { token: api.tokens.viewer });
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(30);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ body: { code: 'TOO_MANY_REQUESTS' } });
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(api, 'GET', '/contents', { token: api.tokens.operator })).status).toBe(200);
    // The token has one request more every 2 s; whoever is refused waits for its turn.
    const lists = Array.from({ length: 4 }, () => world.runReelway(['content', 'list'], api.env(api.tokens.viewer)));
    expect((await Promise.all(lists)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });
});

describe('a command line at the admin API', () => {
  /** Nothing but the API: no server can be reached from there. */
  const elsewhere = (env: Record<string, string>): Record<string, string> => ({
    REELWAY_POSTGRES_URL: '',
    REELWAY_KAFKA_BROKERS: '',
    REELWAY_TEMPORAL_ADDRESS: '',
    REELWAY_OBJECTS_ROOT: '',
    ...env,
  });
  const run = (args: string[], env: Record<string, string>) => world.runReelway(args, elsewhere(env));

  it('needs its address and a token, and nothing else', async () => {
    const file = join(world.dirs.root, 'my-token');
    writeFileSync(file, `${api.tokens.admin}\n`);
    const { REELWAY_API_URL: url = '' } = api.env();
    for (const env of [api.env(), { REELWAY_API_URL: url, REELWAY_API_TOKEN_FILE: file }])
      expect(await run(['content', 'list'], env)).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['content', 'list'], { REELWAY_API_URL: url })).toMatchObject({ code: 2 });
    expect(await run(['content', 'list'], { REELWAY_API_URL: 'nonsense', REELWAY_API_TOKEN: 'x' })).toMatchObject({
      code: 2,
    });
    expect(
      await run(['content', 'list'], { REELWAY_API_URL: url, REELWAY_API_TOKEN_FILE: '/nonexistent' }),
    ).toMatchObject({
      code: 2,
    });
  });

  it('is refused with 5 where token or right are missing, and the reason is said', async () => {
    const wrong = await run(['content', 'list'], api.env(newToken()));
    expect(wrong).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('UNAUTHENTICATED') as string });
    const missing = await run(['dlq', 'show', '1'], api.env(api.tokens.operator));
    expect(missing).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('RIGHT_MISSING') as string });
    expect(missing.stderr).toMatch(/the right admin; the-operator has operator/);
  });

  it('says within 10 s that nobody is there, or nobody answers', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    for (const url of ['http://127.0.0.1:1', `http://127.0.0.1:${String(port)}`]) {
      const begun = performance.now();
      await world.runReelway(['--version']);
      const startMs = performance.now() - begun;
      const asked = performance.now();
      const { code, stdout, stderr } = await run(['content', 'list'], { REELWAY_API_URL: url, REELWAY_API_TOKEN: 'x' });
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(/SERVICE_UNREACHABLE .*admin API at[^]*next: /);
      expect(stderr).not.toMatch(/\n +at /);
      expect(performance.now() - asked - 4 * startMs).toBeLessThan(10_000);
    }
    silent.close();
  });
});

describe('reelway api token', () => {
  it('prints a token once, and the line that opens the API for it', async () => {
    const made = await world.runReelway([
      'api',
      'token',
      '--actor',
      'eve',
      '--right',
      'viewer',
      '--moderation-skip',
      '-o',
      'json',
    ]);
    expect(made.code).toBe(0);
    const { token, line, rights } = JSON.parse(made.stdout) as { token: string; line: string; rights: string[] };
    expect(rights).toEqual(['viewer', 'moderation-skip']);
    expect(line).not.toContain(token);
    replace(`${linesOf(api.tokens)}${line}\n`);
    await eventually('it opens', async () => (await call(api, 'GET', '/contents', { token })).status === 200);
  });

  it.each([
    ['no actor', ['--right', 'viewer']],
    ['no right', ['--actor', 'eve']],
    ['a right that is none', ['--actor', 'eve', '--right', 'root']],
    ['the name of a local user', ['--actor', 'local:eve', '--right', 'viewer']],
  ])('refuses %s', async (_what, flags) => {
    expect(await world.runReelway(['api', 'token', ...flags])).toMatchObject({ code: 2, stdout: '' });
  });
});
