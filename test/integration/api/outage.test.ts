import { connect, createServer, type Server } from 'node:net';
import { call, spawnApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';
import { newContentId, takeDead } from '../bridge/events';

// Every command is a process of its own, on a machine that may be busy.
jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres', 'temporal'] });
});
afterAll(() => world.close());

/** Lets connections through to the real server from the moment it listens. */
async function openWay(port: number, to: string): Promise<Server> {
  const [host = '', toPort = ''] = to.split(':');
  const server = createServer((socket) => {
    const through = connect(Number(toPort), host);
    for (const [one, other] of [
      [socket, through],
      [through, socket],
    ] as const)
      one.on('error', () => other.destroy()).pipe(other);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a Temporal that was away at first is found once it is there', async () => {
  const port = await freePort();
  const api = await spawnApi(world, { REELWAY_TEMPORAL_ADDRESS: `127.0.0.1:${String(port)}` });
  const queues = () => call(api, 'GET', '/queues', { token: api.tokens.viewer });
  expect(await queues()).toMatchObject({ status: 503, body: { code: 'SERVICE_UNREACHABLE' } });
  const way = await openWay(port, world.stack.temporal.address);
  expect(await eventually('it answers', async () => ((await queues()).status === 200 ? 'yes' : null))).toBe('yes');
  way.close();
  api.process.kill('SIGTERM');
  expect(await api.process.waitForExit(30_000)).toEqual({ code: 0, signal: null });
});

test('a stop ends a redrive after the letter in hand, and the same command goes on with the rest', async () => {
  const api = await spawnApi(world);
  const contentId = newContentId();
  await takeDead(world, contentId, 60);
  const tried = async (): Promise<number> => {
    const found = await world.pool.query('SELECT 1 FROM dead_letters WHERE content_id = $1 AND redrives > 0', [
      contentId,
    ]);
    return found.rows.length;
  };
  const redrive = (rate: string, env: Record<string, string>) =>
    world.runReelway(
      ['dlq', 'redrive', '--content', contentId, '--rate', rate, '--command-id', 'go-on', '--yes', '-o', 'jsonl'],
      env,
    );
  const first = redrive('5', api.env());
  await eventually('some were tried', async () => (await tried()) > 2);
  api.process.kill('SIGTERM');
  expect(await api.process.waitForExit(30_000)).toEqual({ code: 0, signal: null });
  const { code, stdout, stderr } = await first;
  expect(code).toBe(3);
  expect(stderr).toMatch(/SERVICE_UNREACHABLE The API is stopping/);
  const told = stdout.trimEnd().split('\n').length;
  expect(told).toBeLessThan(60);
  expect(await tried()).toBe(told);

  const again = await spawnApi(world);
  expect((await redrive('1000', again.env())).stdout.trimEnd().split('\n')).toHaveLength(60);
  const counts = await world.pool.query(`SELECT DISTINCT redrives FROM dead_letters WHERE content_id = $1`, [
    contentId,
  ]);
  expect(counts.rows).toEqual([{ redrives: 1 }]);
});
