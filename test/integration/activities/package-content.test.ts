import { randomBytes } from 'node:crypto';
import { Kek } from '../../../platform/keys/kek';
import { createKeyStore } from '../../../platform/keys/key-store';
import type { PackageInput, PackageResult, TranscodeResult } from '../../../contracts/model/work';
import { addContent } from './rows';
import { AttemptRun, createSetting, failing, placeOf, uploadOf, type Setting } from './setting';

/** Real encodes, on a machine that others use as well. */
jest.setTimeout(120_000);

let setting: Setting;
let renditions: TranscodeResult[];
let place: PackageInput['place'];
beforeAll(async () => {
  setting = await createSetting();
  place = placeOf(await addContent(setting.world.pool, 'c1'));
  const clip = await setting.clips.videoWithSound('clip.mp4', { size: '854x480', seconds: 5 });
  const upload = uploadOf(place);
  await setting.objects.store(upload.upload.rawKey, clip);
  const attempt = new AttemptRun(setting.deps);
  const { ladder, probe, sha256 } = await attempt.run(attempt.activities.verifyUpload, upload);
  if (probe === null || sha256 === null) throw new TypeError('the clip was not probed');
  const input = { place, rawKey: upload.upload.rawKey, sourceSha256: sha256, probe };
  renditions = [];
  for (const rung of ladder)
    renditions.push(await attempt.run(attempt.activities.transcodeRendition, { ...input, rung }));
});
afterAll(() => setting.world.close());
afterEach(async () => expect(await setting.temporaryFiles()).toEqual([]));

const pack = (set: number, attempt = new AttemptRun(setting.deps), some = renditions): Promise<PackageResult> =>
  attempt.run(attempt.activities.packageContent, { place, renditions: some, set });

const objectsOf = (set: number): Promise<string[]> => setting.objects.list(`GLOBAL/c1/g1/r1/package/s${String(set)}`);

const recordOf = async (set: number): Promise<{ keys: string[] } | undefined> =>
  (
    await setting.world.pool.query<{ keys: string[] }>(`SELECT keys FROM outputs WHERE variant = $1`, [
      `s${String(set)}`,
    ])
  ).rows[0];

describe('packaging', () => {
  test('stores both sets whole, records every object and names the manifests by their keys', async () => {
    const attempt = new AttemptRun(setting.deps);
    const { manifests, reused } = await pack(1, attempt);
    const objects = await objectsOf(1);
    expect(reused).toBe(false);
    expect(manifests.dash).toMatch(/^GLOBAL\/c1\/g1\/r1\/package\/s1\/a1-[0-9a-f]{8}\/dash\/manifest\.mpd$/);
    expect(manifests.hls).toMatch(/^GLOBAL\/c1\/g1\/r1\/package\/s1\/a1-[0-9a-f]{8}\/hls\/master\.m3u8$/);
    expect(objects).toEqual(expect.arrayContaining([manifests.dash, manifests.hls]));
    expect([...((await recordOf(1))?.keys ?? [])].sort()).toEqual(objects);
    expect(new Set(attempt.heartbeats.map(({ label }) => label))).toEqual(
      new Set(['fetch', '360p', '480p', 'a128', 'dash', 'hls', 'store']),
    );
  });

  test('keeps the key out of everything it stores and tells; the cek_id opens it', async () => {
    const { manifests } = await pack(1);
    const { key, keyId } = await setting.deps.keys.unwrap(manifests.cekId ?? '');
    const playlist = (await setting.objects.read(manifests.hls)).toString();
    const mpd = (await setting.objects.read(manifests.dash)).toString();
    expect(mpd.replaceAll('-', '')).toContain(keyId);
    for (const object of await objectsOf(1)) {
      const bytes = await setting.objects.read(object);
      expect(bytes.includes(Buffer.from(key, 'hex')) || bytes.toString('latin1').includes(key)).toBe(false);
    }
    expect(playlist + mpd + JSON.stringify(manifests)).not.toContain(key);
  });

  test('a later attempt finds the set and packages nothing', async () => {
    const first = await pack(1);
    const tools = { ...setting.tools, packager: '/nonexistent' };
    expect(await pack(1, new AttemptRun({ ...setting.deps, tools }, 'content:c1', 2))).toEqual({
      ...first,
      reused: true,
    });
  });

  test('another set is built beside the first, under a key of its own', async () => {
    const first = await pack(1);
    const before = await objectsOf(1);
    const second = await pack(2);
    expect(await objectsOf(1)).toEqual(before);
    expect(second.manifests.cekId).not.toBe(first.manifests.cekId);
  });

  test('nothing is stored when the packager fails, the key is not to be had, or a rendition is not the recorded one', async () => {
    const broken = new AttemptRun({ ...setting.deps, tools: { ...setting.tools, packager: '/bin/false' } });
    await expect(pack(3, broken)).rejects.toMatchObject(failing('PACKAGE_FAILED', false));
    const keyless = new AttemptRun({
      ...setting.deps,
      keys: createKeyStore(setting.world.pool, new Kek(randomBytes(32))),
    });
    await expect(pack(3, keyless)).rejects.toMatchObject(failing('KEY_UNAVAILABLE', false));
    const [first, ...rest] = renditions as [TranscodeResult, ...TranscodeResult[]];
    const other = pack(3, undefined, [{ ...first, sha256: '0'.repeat(64) }, ...rest]);
    await expect(other).rejects.toMatchObject(failing('PACKAGE_FAILED', false));
    const gone = pack(3, undefined, [{ ...first, key: `${first.key}.gone` }, ...rest]);
    await expect(gone).rejects.toMatchObject(failing('PACKAGE_FAILED', false));
    expect([await objectsOf(3), await recordOf(3)]).toEqual([[], undefined]);
  });
});

test('cancelling in the middle of packaging stores nothing and is told as a cancellation', async () => {
  const attempt = new AttemptRun(setting.deps);
  attempt.onHeartbeat(({ label }) => {
    if (label === 'hls') attempt.cancel();
  });
  await expect(pack(4, attempt)).rejects.toMatchObject({ name: 'CancelledFailure' });
  expect([await objectsOf(4), await recordOf(4)]).toEqual([[], undefined]);
});

describe('removing outputs', () => {
  const remove = (stage: 'transcode' | 'package', deps = setting.deps): Promise<{ removed: number }> => {
    const attempt = new AttemptRun(deps);
    return attempt.run(attempt.activities.removeOutputs, { place, stage });
  };
  const standing = async (stage: string): Promise<number> =>
    (await setting.world.pool.query('SELECT 1 FROM outputs WHERE stage = $1 AND removed_at IS NULL', [stage]))
      .rowCount ?? 0;

  test('removes a stage’s objects, strays too, and no other stage’s; a second time there is nothing to do', async () => {
    await pack(1);
    await setting.objects.store('GLOBAL/c1/g1/r1/package/s1/a9-stray/dash/x', '/etc/hostname');
    const there = await setting.objects.list('GLOBAL/c1/g1/r1/package');
    expect(await remove('package')).toEqual({ removed: there.length });
    expect(await remove('package')).toEqual({ removed: 0 });
    expect([await standing('package'), await standing('transcode')]).toEqual([0, renditions.length]);
    expect(await remove('transcode')).toEqual({ removed: renditions.length });
    expect([await setting.objects.list('GLOBAL'), await setting.objects.list('raw')]).toEqual([[], ['raw/c1/clip']]);
  });

  test('is refused on a worker of another residency', async () => {
    await expect(remove('package', setting.serving('NG'))).rejects.toMatchObject(failing('RESIDENCY_VIOLATION', true));
  });
});
