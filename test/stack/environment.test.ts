import { createServer } from 'node:net';
import { givenServers, stackEnv } from '../../local/stack/environment';
import { HOST } from '../../local/stack/ports';
import { checkReachable } from '../../local/stack/reachable';
import type { StackInfo } from '../../local/stack/types';

const NOTHING: StackInfo = {
  temporal: { address: '', namespace: '', ui: '' },
  kafka: { brokers: [] },
  postgres: { url: '' },
  redis: { url: '' },
  objects: { root: '/objects' },
  metrics: {},
  processes: [],
  media: { ffmpeg: '', ffprobe: '', packager: '' },
  clips: { bunny: '', bikes: '' },
  keys: { kek: '/kek' },
  temp: { root: '/temp' },
};

test('parts that were not started set no variable', () => {
  expect(stackEnv({ ...NOTHING, kafka: { brokers: ['127.0.0.1:1', '127.0.0.1:2'] } })).toEqual({
    REELWAY_KAFKA_BROKERS: '127.0.0.1:1,127.0.0.1:2',
    REELWAY_OBJECTS_ROOT: '/objects',
    REELWAY_KEK_FILE: '/kek',
    REELWAY_TEMP_DIR: '/temp',
  });
});

test('the environment of a stack names the same servers again', () => {
  const servers = {
    temporal: { address: '127.0.0.1:7233', namespace: 'default', ui: 'http://127.0.0.1:8233' },
    kafka: { brokers: ['127.0.0.1:9092'] },
    postgres: { url: 'postgres://reelway@127.0.0.1:5432/reelway' },
    redis: { url: 'redis://127.0.0.1:6379' },
  };
  expect(givenServers(stackEnv({ ...NOTHING, ...servers }))).toEqual(servers);
  expect(givenServers({})).toEqual({});
});

test('a server from the environment that does not answer is named with its variable', async () => {
  const given = { kafka: { brokers: [`${HOST}:1`] } };
  await expect(checkReachable(given, new Set(['kafka']))).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringContaining('REELWAY_KAFKA_BROKERS') as string,
  });
  await expect(checkReachable(given, new Set(['postgres']))).resolves.toBeUndefined();
});

test('a server from the environment that answers is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  const temporal = { address: `${HOST}:${String(port)}`, namespace: 'default', ui: '' };
  await expect(checkReachable({ temporal }, new Set(['temporal']))).resolves.toBeUndefined();
  server.close();
});
