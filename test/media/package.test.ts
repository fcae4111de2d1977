import { createHash, randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  packageSet,
  verifyManifest,
  verifySet,
  type ContentKey,
  type MediaTools,
  type PackagedSet,
  type PackageTrack,
  type Scheme,
} from '../../activities/media';
import { bunnyClip, Clips, commandLines, mediaTools, tempDir } from '../support/clips';

jest.setTimeout(60_000);

const hexKey = (): string => randomBytes(16).toString('hex');
const key: ContentKey = { keyId: hexKey(), key: hexKey() };
const hlsKeyUri = 'skd://cek-1';

let tools: MediaTools;
let dir: Awaited<ReturnType<typeof tempDir>>;
let tracks: PackageTrack[];

/** Renditions as the encoder makes them, only quicker. */
beforeAll(async () => {
  tools = await mediaTools();
  dir = await tempDir();
  // The packager would read a comma or a "=" in a path as its own.
  const odd = join(dir.path, 'a, b=c');
  await mkdir(odd);
  const clips = new Clips(tools, odd);
  const bunny = await bunnyClip();
  const picture = ['-an', '-preset', 'ultrafast', '-force_key_frames', 'expr:gte(t,n_forced*2)'];
  const [low, high, sound] = await Promise.all([
    clips.make('low.mp4', ['-i', bunny, '-vf', 'scale=160:90', ...picture]),
    clips.make('high.mp4', ['-i', bunny, '-vf', 'scale=320:180', ...picture]),
    clips.make('sound.mp4', ['-i', bunny, '-vn', '-ac', '2', '-b:a', '64k']),
  ]);
  tracks = [
    { label: '90p', path: low, kind: 'video' },
    { label: '180p', path: high, kind: 'video' },
    { label: 'a64', path: sound, kind: 'audio', lang: 'en-NG' },
  ];
}, 120_000);

afterAll(() => dir.remove());

let count = 0;
const newDir = (): string => join(dir.path, `set-${String((count += 1))}`);

const pack = (scheme: Scheme, inputs = tracks): Promise<PackagedSet> =>
  packageSet({ scheme, inputs, key, outDir: newDir(), tools, hlsKeyUri });

const privateFolders = async (): Promise<string[]> => (await readdir(dir.path)).filter((name) => name.startsWith('.'));

describe.each([
  ['cenc', 'manifest.mpd'],
  ['cbcs', 'master.m3u8'],
] as const)('a set with %s', (scheme, manifest) => {
  let set: PackagedSet;

  beforeAll(async () => {
    set = await pack(scheme);
  });

  test('names all its files, the manifest last, with their hashes', async () => {
    expect(set.manifest).toBe(manifest);
    expect(set.files.at(-1)?.path).toBe(manifest);
    expect(set.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['90p/init.mp4', '180p/00001.m4s', '180p/00002.m4s', 'a64/init.mp4']),
    );
    for (const { path, bytes, sha256 } of set.files) {
      const content = await readFile(join(set.dir, path));
      expect(content.length).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
  });

  test('is verified with its key, down to decoded frames', async () => {
    const verified = await verifySet({ set, inputs: tracks, key, tools });
    expect(verified).toMatchObject({ representations: 3, segments: 6 });
    expect(verified.tracks.map(({ label }) => label).sort()).toEqual(['180p', '90p', 'a64']);
    for (const { frames } of verified.tracks) expect(frames).toBeGreaterThanOrEqual(100);
    expect(await privateFolders()).toEqual([]);
  });

  test('is not accepted with another key', async () => {
    const wrong = { ...key, key: hexKey() };
    await expect(verifySet({ set, inputs: tracks, key: wrong, tools })).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
    });
    expect(await privateFolders()).toEqual([]);
  });

  test('is not accepted with another key id', async () => {
    const wrong = { ...key, keyId: hexKey() };
    await expect(verifySet({ set, inputs: tracks, key: wrong, tools })).rejects.toThrow('key id');
  });

  test('is not accepted as a set of the other scheme', async () => {
    const other = scheme === 'cenc' ? 'cbcs' : 'cenc';
    const verifying = verifyManifest({ manifestPath: join(set.dir, manifest), scheme: other, key, tools });
    await expect(verifying).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  test('is not accepted without one of the renditions', async () => {
    const inputs = [...tracks, { label: '720p', path: '', kind: 'video' } as const];
    await expect(verifySet({ set, inputs, key, tools })).rejects.toThrow('wanted');
  });

  test.each([
    ['a missing segment', (copy: string) => rm(join(copy, '180p/00002.m4s'))],
    ['an empty segment', (copy: string) => writeFile(join(copy, '180p/00002.m4s'), '')],
    ['a missing init segment', (copy: string) => rm(join(copy, 'a64/init.mp4'))],
    ['a cut init segment', (copy: string) => writeFile(join(copy, '90p/init.mp4'), Buffer.alloc(40))],
    ['a manifest that is none', (copy: string) => writeFile(join(copy, manifest), 'nothing')],
    ['a manifest that leads out of the set', (copy: string) => redirect(join(copy, manifest), copy)],
  ])('is not accepted with %s', async (_name, spoil) => {
    const copy = newDir();
    await cp(set.dir, copy, { recursive: true });
    await spoil(copy);
    const verifying = verifyManifest({ manifestPath: join(copy, manifest), scheme, key, tools });
    await expect(verifying).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  test('of sound alone has one representation per bit rate', async () => {
    const [, , sound] = tracks;
    const inputs = ['a64', 'a128'].map((label) => ({
      label,
      path: sound?.path ?? '',
      kind: 'audio' as const,
      lang: 'und',
    }));
    const alone = await pack(scheme, inputs);
    await expect(verifySet({ set: alone, inputs, key, tools })).resolves.toMatchObject({ representations: 2 });
  });
});

/** Every relative name in the manifest starts with ".." then. */
async function redirect(manifestPath: string, copy: string): Promise<void> {
  for (const file of [manifestPath, join(copy, '90p.m3u8')]) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) await writeFile(file, text.replaceAll('90p/', '../90p/'));
  }
}

test('an HLS playlist names the key by the given URI and not by its id', async () => {
  const set = await pack('cbcs');
  const playlist = await readFile(join(set.dir, '180p.m3u8'), 'utf8');
  expect(playlist).toContain(`URI="${hlsKeyUri}"`);
  expect(playlist.toLowerCase()).not.toContain(key.keyId);
});

test('the key stands on no command line and in no file of the set, and its own file is private and goes away', async () => {
  const seen = { lines: [] as string[], modes: [] as string[] };
  const watching = new AbortController();
  const watch = watchMachine(seen, watching.signal);
  const set = await pack('cenc');
  await verifySet({ set, inputs: tracks, key, tools });
  watching.abort();
  await watch;
  expect(seen.lines.some((line) => line.includes('--enable_raw_key_encryption'))).toBe(true);
  expect(seen.lines.some((line) => line.includes('--enable_raw_key_decryption'))).toBe(true);
  expect(seen.lines.filter((line) => line.includes(key.key))).toEqual([]);
  expect(new Set(seen.modes)).toEqual(new Set(['folder 700', 'flags 600']));
  expect(await privateFolders()).toEqual([]);
  for (const { path } of set.files) {
    const content = await readFile(join(set.dir, path));
    expect(content.includes(key.key) || content.includes(Buffer.from(key.key, 'hex'))).toBe(false);
  }
});

/** Looks at all command lines and at the private folders as often as it can. */
async function watchMachine(seen: { lines: string[]; modes: string[] }, signal: AbortSignal): Promise<void> {
  const mode = async (path: string): Promise<string | undefined> =>
    stat(path).then(
      (stats) => (stats.mode & 0o777).toString(8),
      () => undefined,
    );
  while (!signal.aborted) {
    seen.lines.push(...(await commandLines()).filter((line) => line.includes('raw_key') || line.includes(key.key)));
    for (const folder of await privateFolders()) {
      const [ofFolder, ofFlags] = [await mode(join(dir.path, folder)), await mode(join(dir.path, folder, 'flags'))];
      if (ofFolder !== undefined) seen.modes.push(`folder ${ofFolder}`);
      if (ofFlags !== undefined) seen.modes.push(`flags ${ofFlags}`);
    }
  }
}

test('a packager that fails leaves no key behind and tells none', async () => {
  const broken = join(dir.path, 'broken.mp4');
  await appendFile(broken, 'no medium');
  const packing = pack('cenc', [{ label: 'x', path: broken, kind: 'video' }]);
  await expect(packing).rejects.toMatchObject({
    code: 'PACKAGE_FAILED',
    message: expect.not.stringContaining(key.key) as string,
  });
  expect(await privateFolders()).toEqual([]);
});

test('a malformed key is refused before the packager could repeat it', async () => {
  const bad = { ...key, key: 'not hex at all' };
  const packing = packageSet({ scheme: 'cenc', inputs: tracks, key: bad, outDir: newDir(), tools, hlsKeyUri });
  await expect(packing).rejects.toMatchObject({
    code: 'KEY_UNAVAILABLE',
    message: expect.not.stringContaining('not hex at all') as string,
  });
});

test.each([
  ['no rendition', [], hlsKeyUri],
  ['a label that is a path', [{ label: '../x', path: 'x', kind: 'video' as const }], hlsKeyUri],
  ['a key URI that holds the key', [{ label: 'x', path: 'x', kind: 'video' as const }], `skd://${key.key}`],
])('%s is refused', async (_name, inputs, uri) => {
  const packing = packageSet({ scheme: 'cbcs', inputs, key, outDir: newDir(), tools, hlsKeyUri: uri });
  await expect(packing).rejects.toMatchObject({ code: 'PACKAGE_FAILED' });
});

test('an abort ends the packager and removes the key', async () => {
  const abort = new AbortController();
  const packing = packageSet({
    scheme: 'cenc',
    inputs: tracks,
    key,
    outDir: newDir(),
    tools,
    hlsKeyUri,
    signal: abort.signal,
  });
  const reason = new RangeError('cancelled');
  setImmediate(() => abort.abort(reason));
  await expect(packing).rejects.toBe(reason);
  expect(await privateFolders()).toEqual([]);
});
