import { spawn } from 'node:child_process';
import { eventually } from '../../support/eventually';
import { livingProcesses } from '../../support/processes';
import { createWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const healthOf = async (url: string): Promise<unknown> => (await fetch(`${url}/health/ready`)).json();

test('worker and bridge come up, show health and metrics, and drain on SIGTERM', async () => {
  const up = await world.spawnReelway(['up', '--residency', 'GLOBAL,NG']);
  expect(await healthOf(up.url)).toMatchObject({ ok: true, parts: { worker: true, bridge: true } });
  const metrics = await eventually('pollers are counted', async () => {
    const text = await (await fetch(`${up.url}/metrics`)).text();
    return text.includes('temporal_num_pollers') && text;
  });
  expect(metrics).toMatch(/^reelway_process_cpu_seconds_total\{role="up"\}/m);
  expect(metrics).toMatch(/temporal_request_latency_seconds_bucket/);
  expect(up.log()).toContain('"queues":["lifecycle","catalog","media.global","media.ng"]');

  up.kill('SIGTERM');
  expect(await up.waitForExit()).toEqual({ code: 0, signal: null });
  expect(up.log()).toContain('"inTime":true,"msg":"drained"');
  expect(livingProcesses(world.name)).toEqual([]);
});

test.each([
  [['worker'], { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' }, 3, 'SERVICE_UNREACHABLE'],
  [['worker'], { REELWAY_TEMPORAL_NAMESPACE: 'no-such-namespace' }, 2, 'SEARCH_ATTRIBUTES_MISSING'],
  [['worker'], { REELWAY_FFMPEG: '/no/ffmpeg' }, 2, 'TOOL_MISSING'],
  [['bridge'], { REELWAY_KAFKA_TOPIC_PREFIX: 'nobody.' }, 1, 'TOPIC_MISSING'],
  [['bridge'], { REELWAY_FAULT: 'x', NODE_ENV: 'production' }, 2, 'FAULTS_IN_PRODUCTION'],
])('%s refuses to start with %j', async (args, env, code, named) => {
  const result = await world.runReelway(args, env);
  expect(result).toMatchObject({ code, stderr: expect.stringContaining(named) as unknown });
});

test('what a world leaves running is found and named', async () => {
  const other = await createWorld({ uses: [] });
  const child = spawn('sleep', ['600'], { env: other.env, stdio: 'ignore', detached: true });
  child.unref();
  await expect(other.close()).rejects.toThrow(/left over: \d+ sleep 600/);
});
