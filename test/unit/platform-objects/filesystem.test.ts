import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ObjectStore } from '../../../contracts/model/ports';
import { openFilesystemObjects } from '../../../platform/objects/filesystem';

let home: string;
let root: string;
let objects: ObjectStore;
let names = 0;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'reelway-objects-'));
  root = join(home, 'root');
  objects = await openFilesystemObjects({ root });
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A local file with the text, outside of the store. */
async function local(text: string | Buffer): Promise<string> {
  const path = join(home, `local-${String((names += 1))}`);
  await writeFile(path, text);
  return path;
}

const put = async (key: string, text: string): Promise<void> => {
  await objects.store(key, await local(text));
};

const everything = async (dir: string): Promise<string[]> => (await readdir(dir, { recursive: true })).sort();

describe('the object store on a folder', () => {
  test('gives back what was stored, with its size', async () => {
    await put('raw/c1/clip.mp4', 'hello');
    expect(await objects.stat('raw/c1/clip.mp4')).toEqual({ bytes: 5 });
    expect((await objects.read('raw/c1/clip.mp4')).toString()).toBe('hello');
    const path = join(home, 'fetched');
    expect(await objects.fetch('raw/c1/clip.mp4', path)).toEqual({ bytes: 5 });
    expect(await readFile(path, 'utf8')).toBe('hello');
  });

  test('knows nothing of what is not there, and says so by code', async () => {
    expect(await objects.stat('raw/none')).toBeNull();
    await expect(objects.fetch('raw/none', join(home, 'x'))).rejects.toMatchObject({ code: 'RAW_OBJECT_MISSING' });
    await expect(objects.read('raw/none')).rejects.toMatchObject({ code: 'RAW_OBJECT_MISSING' });
    expect(await readdir(home)).toEqual(['root']);
  });

  test('a folder is no object, and an object is no folder', async () => {
    await put('raw/c1', 'x');
    expect(await objects.stat('raw')).toBeNull();
    expect(await objects.stat('raw/c1/below')).toBeNull();
    await expect(put('raw/c1/below', 'y')).rejects.toMatchObject({ code: 'RAW_KEY_UNSAFE' });
    await expect(put('raw', 'y')).rejects.toMatchObject({ code: 'RAW_KEY_UNSAFE' });
    expect(await objects.list('')).toEqual(['raw/c1']);
  });

  test('lists below a folder, sorted, and not its neighbours of the same beginning', async () => {
    for (const key of ['a/1/x', 'a/10/x', 'a/1/b/y', 'z']) await put(key, key);
    expect(await objects.list('a/1')).toEqual(['a/1/b/y', 'a/1/x']);
    expect(await objects.list('')).toEqual(['a/1/b/y', 'a/1/x', 'a/10/x', 'z']);
    expect(await objects.list('nothing')).toEqual([]);
  });

  test('removing leaves no empty folder, and may be repeated', async () => {
    await put('a/b/c/d', 'x');
    await put('a/e', 'x');
    await objects.remove('a/b/c/d');
    await objects.remove('a/b/c/d');
    await objects.remove('a');
    expect(await everything(root)).toEqual(['a', 'a/e']);
  });

  test('clears a prefix but what is to be kept, also what a dead writer left half written', async () => {
    for (const key of ['p/t1/a', 'p/t2/a', 'p/t2/b', 'q/a']) await put(key, key);
    await mkdir(join(root, 'p/t3'));
    await writeFile(join(root, 'p/t3/.reelway-part-0011'), 'half');
    expect(await objects.clear('p', new Set(['p/t2/a']))).toBe(2);
    expect(await everything(root)).toEqual(['p', 'p/t2', 'p/t2/a', 'q', 'q/a']);
  });

  test('a key appears whole: until then it is not there, not listed, and a reader keeps the old one', async () => {
    const big = randomBytes(8 * 1024 * 1024);
    await put('k', 'old');
    const seen = new Set<number>();
    const stored = objects.store('k', await local(big)).then(() => 'stored' as const);
    const look = async (): Promise<'seen'> => {
      seen.add((await objects.read('k')).length);
      expect(await objects.list('')).toEqual(['k']);
      return 'seen';
    };
    while ((await Promise.race([stored, look()])) === 'seen');
    await stored;
    expect([...seen].filter((bytes) => bytes !== 3 && bytes !== big.length)).toEqual([]);
    expect(await everything(root)).toEqual(['k']);
  });

  test('a transfer that is aborted rejects with the reason and leaves nothing', async () => {
    const abort = new AbortController();
    const onBytes = (bytes: number): void => {
      if (bytes > 1024) abort.abort(new TypeError('enough'));
    };
    const from = await local(randomBytes(16 * 1024 * 1024));
    await expect(objects.store('a/k', from, { signal: abort.signal, onBytes })).rejects.toThrow('enough');
    expect(await everything(root)).toEqual([]);
  });

  test('twenty writers and removers of the same folder do not stumble over each other', async () => {
    const from = await local('x');
    const rounds = Array.from({ length: 20 }, async (_, writer) => {
      for (let round = 0; round < 10; round += 1) {
        await objects.store(`same/folder/${String(writer)}`, from);
        await objects.remove(`same/folder/${String(writer)}`);
      }
    });
    await Promise.all(rounds);
    expect(await everything(root)).toEqual([]);
  });
});

describe('links below the root', () => {
  beforeEach(async () => {
    await mkdir(join(home, 'outside'));
    await writeFile(join(home, 'outside/secret'), 'secret');
    await put('NG/c1/file', 'ours');
  });

  test.each([
    ['a folder outside', 'outside', 'link/secret'],
    ['a file outside', 'outside/secret', 'link'],
    ['nothing', 'outside/new', 'link'],
    ['another residency', 'root/NG', 'link/c1/file'],
    ['itself', 'root/link', 'link'],
  ])('to %s is followed by nothing', async (_what, target, key) => {
    await symlink(join(home, target), join(root, 'link'));
    const refused = { code: 'RAW_KEY_UNSAFE' };
    const from = await local('evil');
    await expect(objects.stat(key)).rejects.toMatchObject(refused);
    await expect(objects.read(key)).rejects.toMatchObject(refused);
    await expect(objects.fetch(key, join(home, 'fetched'))).rejects.toMatchObject(refused);
    await expect(objects.store(key, from)).rejects.toMatchObject(refused);
    await expect(objects.remove(key)).rejects.toMatchObject(refused);
    await expect(objects.clear('link')).rejects.toMatchObject(refused);
    expect(await objects.list('')).toEqual(['NG/c1/file']);
    expect(await everything(join(home, 'outside'))).toEqual(['secret']);
    expect(await readFile(join(home, 'outside/secret'), 'utf8')).toBe('secret');
  });

  test('may lead to the root itself', async () => {
    await symlink(root, join(home, 'alias'));
    const through = await openFilesystemObjects({ root: join(home, 'alias') });
    expect(await through.list('')).toEqual(['NG/c1/file']);
  });
});

describe('hostile keys', () => {
  test.each([
    ...['', '/', '/etc/passwd', 'a//b', 'a/', '../x', 'a/../b', 'a/./b', '.', '..', 'a\\b', '-rf', 'a\u0000b', 'a\nb'],
    ...['file:///etc/passwd', 'http://x/y', 's3:bucket', 'x'.repeat(1025), `a/${'x'.repeat(256)}`, '\ud800'],
    'a/.reelway-part-1',
  ])('%j is refused by every verb', async (key) => {
    const from = await local('x');
    const refused = { code: 'RAW_KEY_UNSAFE' };
    await expect(objects.stat(key)).rejects.toMatchObject(refused);
    await expect(objects.store(key, from)).rejects.toMatchObject(refused);
    await expect(objects.fetch(key, join(home, 'x'))).rejects.toMatchObject(refused);
    await expect(objects.remove(key)).rejects.toMatchObject(refused);
    expect(await everything(root)).toEqual([]);
  });

  test('whatever a key is, it is refused or stays below the root and reads back', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '//',
      '\\',
      '%2e%2e',
      '~',
      '-',
      'C:',
      'a',
      'é',
      '\u0000',
      '\u202e',
      'NG',
      ' ',
    );
    const key = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    );
    const from = await local('text');
    await fc.assert(
      fc.asyncProperty(key, async (text) => {
        const stored = await objects.store(text, from).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'RAW_KEY_UNSAFE' });
            return false;
          },
        );
        if (stored) {
          expect(await objects.list('')).toEqual([text]);
          expect((await objects.read(text)).toString()).toBe('text');
          await objects.remove(text);
        }
        expect(await everything(root)).toEqual([]);
        expect((await readdir(home)).filter((name) => !name.startsWith('local-'))).toEqual(['root']);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
