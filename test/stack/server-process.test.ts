import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dataDir, type DataDir } from '../../local/stack/places';
import { isAlive } from '../../local/stack/process/identity';
import { readRunFile } from '../../local/stack/process/run-file';
import { ServerProcess, type ServerSpec } from '../../local/stack/process/server-process';
import { removeTempDirs, tempDir } from './temp-dir';

// Every test starts a program; the machine may be busy.
jest.setTimeout(30_000);
afterAll(removeTempDirs);

const spec = (script: string, more: Partial<ServerSpec> = {}): ServerSpec => ({
  name: 'fake',
  file: process.execPath,
  args: ['-e', script],
  stopSignal: 'SIGTERM',
  readyWithinMs: 20_000,
  ready: (log) => Promise.resolve(readFileSync(log, 'utf8').includes('ready')),
  ...more,
});

const freshDir = (): DataDir => {
  const dir = dataDir(tempDir());
  mkdirSync(dir.run);
  return dir;
};

const READY = "console.log('ready'); setInterval(() => {}, 1000);";

test('a server that ends while it starts fails at once, with the end of its log', async () => {
  const server = new ServerProcess(spec("console.log('no luck today'); process.exit(3)"), freshDir());
  await expect(server.start()).rejects.toMatchObject({
    code: 'STACK_FAILED',
    message: expect.stringContaining('no luck today') as string,
  });
});

test('a server whose program is not there says so', async () => {
  const server = new ServerProcess(spec('', { file: '/nowhere/server' }), freshDir());
  await expect(server.start()).rejects.toThrow(/ENOENT/);
});

test('a server that never gets ready is ended at its deadline', async () => {
  const dir = freshDir();
  const server = new ServerProcess(spec('setInterval(() => {}, 1000)', { readyWithinMs: 300 }), dir);
  await expect(server.start()).rejects.toThrow(/was not ready/);
  expect(readdirSync(dir.run)).toEqual([]);
});

test('a server that is stopped with SIGSTOP can still be ended', async () => {
  const dir = freshDir();
  const server = new ServerProcess(spec(READY), dir);
  await server.start();
  const running = readRunFile(dir.run, 'fake')!;
  await server.kill('SIGSTOP');
  await server.stop();
  expect(isAlive(running)).toBe(false);
});

test('the log of the start before is kept', async () => {
  const server = new ServerProcess(spec(READY), freshDir());
  await server.start();
  await server.restart();
  await server.stop();
  expect(readFileSync(`${server.log}.1`, 'utf8')).toContain('ready');
});

test('the death of a server that nobody asked for is told, with the end of its log', async () => {
  let tell: (lastLines: string) => void = () => undefined;
  const told = new Promise<string>((resolve) => (tell = resolve));
  const dies = "process.on('SIGUSR2', () => { console.log('out of memory'); process.exit(1); });";
  const server = new ServerProcess(spec(`${dies} ${READY}`), freshDir(), tell);
  await server.start();
  await server.kill('SIGUSR2');
  expect(await told).toContain('out of memory');
});
