import { createServer, type Server } from 'node:net';
import { createWorld, type World } from '../../support/world';

/** What is promised to people who wait. */
const WITHIN_MS = 10_000;

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
let silent: Server;
let silentAt: string;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'] });
  await world.pool.query(`INSERT INTO contents (content_id, phase, creator_id, content_type, residency)
    VALUES ('c-1', 'open', 'anna', 'VIDEO', 'GLOBAL')`);
  silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentAt = `127.0.0.1:${String((silent.address() as { port: number }).port)}`;
});
afterAll(async () => {
  silent.close();
  await world.close();
});

const CLOSED = '127.0.0.1:1';
const addresses = (): [string, string][] => [
  ['closed', CLOSED],
  ['silent', silentAt],
];

/** How long a command that needs no server takes here and now: the machine may be busy with others. */
async function startMs(): Promise<number> {
  const begun = performance.now();
  await world.runReelway(['--version']);
  return performance.now() - begun;
}

async function expectUnreachable(args: string[], env: Record<string, string>, service: RegExp): Promise<void> {
  const load = await startMs();
  const begun = performance.now();
  const { code, stdout, stderr } = await world.runReelway(args, env);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(service);
  expect(stderr).toMatch(/next: /);
  expect(stderr).not.toMatch(/\n +at /);
  expect(performance.now() - begun - 4 * load).toBeLessThan(WITHIN_MS);
}

test.each([0, 1])('Postgres that is away is named in time, with exit code 3 (%i)', async (which) => {
  const [, address] = addresses()[which]!;
  await expectUnreachable(['content', 'list'], { REELWAY_POSTGRES_URL: `postgres://x@${address}/x` }, /Postgres/);
});

test.each([0, 1])('Kafka that is away is named in time, with exit code 3 (%i)', async (which) => {
  const [, address] = addresses()[which]!;
  await expectUnreachable(['topics', 'check'], { REELWAY_KAFKA_BROKERS: address }, /Kafka/);
  await expectUnreachable(['content', 'submit', 'c-1', '--no-object'], { REELWAY_KAFKA_BROKERS: address }, /Kafka/);
});

test.each([0, 1])('Temporal that is away is named in time, and nothing is audited (%i)', async (which) => {
  const [, address] = addresses()[which]!;
  const retry = ['content', 'retry', 'c-1', '--reason', 'x'];
  await expectUnreachable(retry, { REELWAY_TEMPORAL_ADDRESS: address }, /Temporal/);
  expect((await world.pool.query('SELECT * FROM audit')).rows).toEqual([]);
});

test('doctor names every service that is away, each with a next step', async () => {
  const { code, stdout } = await world.runReelway(['doctor', '-o', 'json'], {
    REELWAY_POSTGRES_URL: `postgres://x@${CLOSED}/x`,
    REELWAY_KAFKA_BROKERS: CLOSED,
    REELWAY_TEMPORAL_ADDRESS: CLOSED,
    REELWAY_FFMPEG: '/nonexistent/ffmpeg',
    REELWAY_KEK_FILE: '/nonexistent/kek',
  });
  expect(code).toBe(1);
  const checks = JSON.parse(stdout) as { name: string; ok: boolean; next: string | null }[];
  const bad = checks.filter((check) => !check.ok);
  expect(bad.map((check) => check.name)).toEqual([
    'postgres',
    'migrations',
    'temporal',
    'search attributes',
    'kafka',
    'ffmpeg',
    'key-encryption key',
  ]);
  expect(bad.every((check) => check.next !== null)).toBe(true);
});
