import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeTempDir, sweepTempDirs } from '../../../activities/temp-dirs';

let temp: string;
beforeEach(async () => (temp = await mkdtemp(join(tmpdir(), 'reelway-temp-'))));
afterEach(() => rm(temp, { recursive: true, force: true }));

const name = { residency: 'NG', workflowId: 'content:a/../b c', activityId: '12', attempt: 3 } as const;
const host = hostname()
  .replace(/[^A-Za-z0-9-]/g, '_')
  .slice(0, 60);

/** Turns a folder of ours into one of another process. */
const ownedBy = async (owner: string): Promise<string> => {
  const path = join(temp, 'NG', `content_x-1-1@${owner}.00ff00ff`);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'source'), 'bytes');
  return path;
};

const startOf = async (pid: number): Promise<string> => {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

describe('the folder of an attempt', () => {
  test('lies below its residency under a plain name, is private, and is never the same twice', async () => {
    const [one, two] = [await makeTempDir(temp, name), await makeTempDir(temp, name)];
    expect(one).not.toBe(two);
    expect(dirname(one)).toBe(join(temp, 'NG'));
    expect(basename(one)).toMatch(/^content_a_.._b_c-12-3@[A-Za-z0-9_-]+\.\d+\.\d+\.[0-9a-f]{8}$/);
    expect((await stat(one)).mode & 0o777).toBe(0o700);
  });
});

describe('sweeping', () => {
  test('keeps what a living process owns', async () => {
    const path = await makeTempDir(temp, name);
    expect(await sweepTempDirs(temp)).toEqual([]);
    expect(await readdir(join(temp, 'NG'))).toEqual([basename(path)]);
  });

  test('removes what a process left that is gone', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    const path = await ownedBy(`${host}.${String(child.pid)}.123`);
    expect(await sweepTempDirs(temp)).toEqual([path]);
    expect(await readdir(join(temp, 'NG'))).toEqual([]);
  });

  test('is not fooled by a process id that was used again', async () => {
    const own = await startOf(process.pid);
    const kept = await ownedBy(`${host}.${String(process.pid)}.${own}`);
    const swept = await ownedBy(`${host}.${String(process.pid)}.${String(Number(own) - 1)}`);
    expect(await sweepTempDirs(temp)).toEqual([swept]);
    expect(await readdir(join(temp, 'NG'))).toEqual([basename(kept)]);
  });

  test('judges folders of another machine by their age alone', async () => {
    const path = await ownedBy('other-host.1.1');
    expect(await sweepTempDirs(temp)).toEqual([]);
    const threeDaysAgo = Date.now() / 1000 - 3 * 24 * 3600;
    await utimes(path, threeDaysAgo, threeDaysAgo);
    expect(await sweepTempDirs(temp)).toEqual([path]);
  });

  test('touches no other residency, no foreign name, and needs no folder to be there', async () => {
    await ownedBy(`${host}.999999999.1`);
    await mkdir(join(temp, 'NG', 'somebody-elses'));
    expect(await sweepTempDirs(temp, ['GLOBAL'])).toEqual([]);
    expect(await sweepTempDirs(temp)).toHaveLength(1);
    expect(await readdir(join(temp, 'NG'))).toEqual(['somebody-elses']);
    expect(await sweepTempDirs(join(temp, 'none'))).toEqual([]);
  });
});
