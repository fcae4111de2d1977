import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Client } from 'pg';
import { createDatabase, dropDatabase, readStackFile, startStack, startTemporal, type Stack } from '../../local/stack';
import { identify, isAlive } from '../../local/stack/process/identity';
import { removeTempDirs, tempDir } from './temp-dir';

/** The first run of all fetches and builds; a warm start takes a few seconds. */
const COLD_MS = 600_000;
const WARM_MS = 60_000;
jest.setTimeout(WARM_MS); // the machine may be busy with other tests

const dir = tempDir();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ dir, useEnvironment: false });
}, COLD_MS);

afterAll(async () => {
  await stack.stop();
  removeTempDirs();
}, WARM_MS);

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

test('stack.json tells where everything is', () => {
  const text = expect.any(String) as string;
  const local = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string;
  expect(JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8'))).toEqual({
    temporal: { address: local, namespace: 'default', ui: expect.stringMatching(/^http:/) as string },
    kafka: { brokers: [local] },
    postgres: { url: expect.stringMatching(/^postgres:.*\/reelway$/) as string },
    redis: { url: expect.stringMatching(/^redis:/) as string },
    objects: { root: join(dir, 'objects') },
    metrics: { temporal: expect.stringMatching(/^http:.*\/metrics$/) as string },
    processes: expect.arrayContaining(
      ['temporal', 'kafka', 'postgres', 'redis'].map((name) => ({ name, pid: expect.any(Number) as number })),
    ) as unknown,
    media: { ffmpeg: text, ffprobe: text, packager: text },
    clips: { bunny: text, bikes: text },
    keys: { kek: join(dir, 'dev-kek') },
    temp: { root: join(dir, 'tmp') },
  });
  for (const path of [...Object.values(stack.media), ...Object.values(stack.clips)])
    expect(existsSync(path)).toBe(true);
});

test('databases are made from a template and dropped', async () => {
  const template = await createDatabase(stack.postgres.url, 'with-a-table');
  await query(template, 'CREATE TABLE things (id int)');
  const copy = await createDatabase(stack.postgres.url, 'a "copy"', 'with-a-table');
  expect(await query(copy, 'SELECT count(*)::int AS n FROM things')).toEqual([{ n: 0 }]);
  await dropDatabase(stack.postgres.url, 'a "copy"');
  await expect(query(copy, 'SELECT 1')).rejects.toThrow(/does not exist/);
});

test('a server that was killed comes back with its data, at its address, and stack.json knows the new process', async () => {
  await query(stack.postgres.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
  const busy = query(stack.postgres.url, 'SELECT count(*) FROM generate_series(1, 1000000000)');
  busy.catch(() => undefined); // its connection ends with the server
  await stack.kill('postgres', 'SIGKILL');
  await expect(query(stack.postgres.url, 'SELECT 1')).rejects.toThrow();
  await stack.restart('postgres');
  expect(await query(stack.postgres.url, 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  expect(readStackFile(stack.stackFile)?.processes).toEqual(stack.processes);
});

test(
  'a second, empty Temporal server can run beside it',
  async () => {
    const second = await startTemporal({ dir: tempDir() });
    expect(second.temporal.address).not.toBe(stack.temporal.address);
    await second.stop();
  },
  WARM_MS,
);

test(
  'the second start needs no network, is quick, and takes the same addresses again',
  async () => {
    const { temporal, kafka, postgres } = stack;
    const before = stack.processes.map(({ pid }) => identify(pid));
    await stack.stop();
    expect(before.filter(isAlive)).toEqual([]);
    expect(existsSync(stack.stackFile)).toBe(false);
    const path = process.env['PATH'];
    process.env['PATH'] = `${fetchersThatFail()}${delimiter}${path ?? ''}`;
    try {
      stack = await startStack({ dir, useEnvironment: false });
    } finally {
      process.env['PATH'] = path;
    }
    expect({ temporal: stack.temporal, kafka: stack.kafka, postgres: stack.postgres }).toEqual({
      temporal,
      kafka,
      postgres,
    });
  },
  2 * WARM_MS,
);

/** What would reach a registry ends with an error instead. */
function fetchersThatFail(): string {
  const bin = join(tempDir(), 'bin');
  mkdirSync(bin);
  for (const name of ['go', 'mvn', 'python3', 'npm']) {
    writeFileSync(join(bin, name), '#!/bin/sh\nexit 1\n');
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
