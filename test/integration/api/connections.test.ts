import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { spawnApi, type RunningApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { createWorld, type World } from '../../support/world';

jest.setTimeout(120_000);

let world: World;
let api: RunningApi;
beforeAll(async () => {
  world = await createWorld({ uses: ['postgres'], env: { REELWAY_TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  api = await spawnApi(world);
});
afterAll(() => world.close());

const CLIENTS = 5;
/** Headers have 5 s and a whole request 10 s, looked at once a second; an answer then has a second to arrive. */
const GONE_WITHIN_MS = 30_000;

const POST = 'POST /internal/events/media-processed HTTP/1.1\r\nhost: x\r\ncontent-type: application/json';
const endlessHeaders = 'GET /catalog/trending HTTP/1.1\r\nhost: x\r\nx-a: ';

test.each<[string, () => string]>([
  ['say nothing', () => ''],
  ['never end their headers', () => endlessHeaders],
  [
    'never end their body',
    () => `${POST}\r\nx-service-auth: Bearer ${api.serviceToken}\r\ncontent-length: 999\r\n\r\n`,
  ],
  ['send 600 MB without a token', () => `${POST}\r\ncontent-length: 600000000\r\n\r\n`],
  [
    'send 600 MB with one',
    () => `${POST}\r\nx-service-auth: Bearer ${api.serviceToken}\r\ncontent-length: 600000000\r\n\r\n`,
  ],
])('clients that %s and do not hang up hold no connection for long', async (_who, text) => {
  const sockets = await openEnded(text());
  await eventually('the connections are gone', () => connectionsOf(api) === 0, GONE_WITHIN_MS);
  for (const socket of sockets) socket.destroy();
});

test('a stop does not wait for clients that never finish what they say', async () => {
  const other = await spawnApi(world);
  const sockets = await openEnded(endlessHeaders, other);
  other.process.kill('SIGTERM');
  expect(await other.process.waitForExit()).toMatchObject({ code: 0 });
  expect(other.process.log()).toContain('"inTime":true');
  for (const socket of sockets) socket.destroy();
});

const LISTENING = '0A';

/** That the API still holds: the kernel goes on with the end of those that it has let go, which have no inode. */
function connectionsOf({ url }: RunningApi): number {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return rows
    .map((row) => row.trim().split(/ +/))
    .filter(
      ([, local, , state, , , , , , inode]) => local?.endsWith(`:${port}`) && state !== LISTENING && inode !== '0',
    ).length;
}

/** Clients that never end their side, and go on sending where they have begun. */
async function openEnded(text: string, to = api): Promise<Socket[]> {
  const { hostname, port } = new URL(to.url);
  const sockets = Array.from({ length: CLIENTS }, () =>
    connect({ port: Number(port), host: hostname, allowHalfOpen: true }),
  );
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.write(text);
    const timer = setInterval(() => text !== '' && socket.write('x'), 500);
    socket.on('close', () => {
      clearInterval(timer);
    });
  }
  await eventually('they are connected', () => connectionsOf(to) >= CLIENTS);
  return sockets;
}
