import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir, type DataDir } from '../../local/stack/places';
import { identify, isAlive, type Identity } from '../../local/stack/process/identity';
import { noteDirectory } from '../../local/stack/process/registry';
import { readRunFile, writeRunFile } from '../../local/stack/process/run-file';
import { ServerProcess } from '../../local/stack/process/server-process';
import { closeSession, openSession, runningSupervisor, stopSession } from '../../local/stack/process/session';
import { removeTempDirs, tempDir } from './temp-dir';

// Every test starts a program; the machine may be busy.
jest.setTimeout(30_000);
afterAll(removeTempDirs);

const GONE: Identity = { pid: 4_000_000, started: 'long ago' };

async function startFake(dir: DataDir): Promise<ServerProcess> {
  const server = new ServerProcess(
    {
      name: 'fake',
      file: process.execPath,
      args: ['-e', "console.log('ready'); setInterval(() => {}, 1000)"],
      stopSignal: 'SIGTERM',
      readyWithinMs: 20_000,
      ready: (log) => Promise.resolve(readFileSync(log, 'utf8').includes('ready')),
    },
    dir,
  );
  await server.start();
  return server;
}

/** What a supervisor leaves that was killed with SIGKILL: its own run file, a server that runs, stack.json. */
async function crashed(): Promise<{ dir: DataDir; stackFile: string; server: ServerProcess }> {
  const root = tempDir();
  const dir = dataDir(root);
  const stackFile = join(root, 'stack.json');
  writeRunFile(dir.run, { ...GONE, name: 'supervisor', stopSignal: 'SIGTERM' });
  const server = await startFake(dir);
  writeFileSync(stackFile, '{}');
  return { dir, stackFile, server };
}

test('the next start ends the servers of a supervisor that was killed', async () => {
  const { dir, stackFile } = await crashed();
  const left = readRunFile(dir.run, 'fake')!;
  expect(isAlive(left)).toBe(true);
  await openSession(dir, stackFile);
  expect(isAlive(left)).toBe(false);
  expect(existsSync(stackFile)).toBe(false);
  expect(runningSupervisor(dir)?.pid).toBe(process.pid);
  closeSession(dir);
});

test('a start in another directory cleans up after a test run that was killed', async () => {
  const { dir, stackFile } = await crashed();
  const left = readRunFile(dir.run, 'fake')!;
  noteDirectory(dir.root);
  const other = dataDir(tempDir());
  await openSession(other, join(other.root, 'stack.json'));
  closeSession(other);
  expect(isAlive(left)).toBe(false);
  expect(existsSync(stackFile)).toBe(false);
});

test('"stack stop" ends what a crash left over, and names it', async () => {
  const { dir, stackFile } = await crashed();
  expect(await stopSession(dir, stackFile)).toEqual(['fake']);
  expect(await stopSession(dir, stackFile)).toEqual([]);
});

test('a process that got the pid of a server of ours is left alone', async () => {
  const dir = dataDir(tempDir());
  const stranger = await startFake(dataDir(tempDir()));
  writeRunFile(dir.run, { pid: stranger.pid, started: 'at another time', name: 'kafka', stopSignal: 'SIGTERM' });
  expect(await stopSession(dir, join(dir.root, 'stack.json'))).toEqual([]);
  expect(isAlive(identify(stranger.pid))).toBe(true);
  await stranger.stop();
});

test('a second start in the same directory is refused while the first lives, and told where it is', async () => {
  const dir = dataDir(tempDir());
  const stackFile = join(dir.root, 'stack.json');
  await openSession(dir, stackFile);
  await expect(openSession(dir, stackFile)).rejects.toMatchObject({
    code: 'STACK_FAILED',
    message: expect.stringContaining(stackFile) as string,
  });
  closeSession(dir);
});
