import { readFile } from 'node:fs/promises';
import { addContent, readRow } from './rows';
import { bunnyClip } from '../../support/clips';
import { AttemptRun, createSetting, failing, placeOf, sha256OfFile, uploadOf, type Setting } from './setting';
import { inTransaction } from '../../../platform/postgres/pool';
import { raiseFlag } from '../../../platform/postgres/verdicts';
import type { VerifyUploadInput, VerifyUploadResult } from '../../../contracts/model/work';
import type { ActivityDeps } from '../../../activities';

/** Real encodes, on a machine that others use as well. */
jest.setTimeout(120_000);

let setting: Setting;
let good: string;
beforeAll(async () => {
  setting = await createSetting();
  good = await setting.clips.videoWithSound('good.mp4', { size: '854x480', seconds: 2 });
});
afterAll(() => setting.world.close());
afterEach(async () => expect(await setting.temporaryFiles()).toEqual([]));

let number = 0;
/** A registered content whose raw object is the file. */
async function uploaded(path: string | null, contentType: 'VIDEO' | 'AUDIO' = 'VIDEO'): Promise<VerifyUploadInput> {
  const contentId = await addContent(setting.world.pool, `c${String((number += 1))}`, { contentType });
  const input = uploadOf(placeOf(contentId, { contentType }));
  if (path !== null) await setting.objects.store(input.upload.rawKey, path);
  return input;
}

const verify = (input: VerifyUploadInput, deps: ActivityDeps = setting.deps): Promise<VerifyUploadResult> => {
  const attempt = new AttemptRun(deps, `content:${input.place.contentId}`);
  return attempt.run(attempt.activities.verifyUpload, input);
};

const sourceOf = async (contentId: string): Promise<object[]> =>
  (
    await setting.world.pool.query<object & { sha256: string | null }>(
      'SELECT raw_key, sha256, bytes::int, probe FROM sources WHERE content_id = $1',
      [contentId],
    )
  ).rows;

describe('verifying an upload in full', () => {
  test('finds out what it is, plans the ladder and notes it, the same each time', async () => {
    const input = await uploaded(good);
    const sha256 = await sha256OfFile(good);
    const bytes = (await readFile(good)).length;
    const result = await verify(input);
    expect(result).toMatchObject({ sha256, bytes, probe: { bytes, video: { width: 854, height: 480 } } });
    expect(result.ladder.map(({ label }) => label)).toEqual(['360p', '480p', 'a128']);
    expect(await verify(input)).toEqual(result);
    expect(await sourceOf(input.place.contentId)).toEqual([
      { raw_key: input.upload.rawKey, sha256, bytes, probe: result.probe },
    ]);
  });

  test('tells how far it is', async () => {
    const input = await uploaded(good);
    const attempt = new AttemptRun(setting.deps);
    await attempt.run(attempt.activities.verifyUpload, input);
    const percents = attempt.heartbeats.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(new Set(attempt.heartbeats.map(({ label }) => label))).toEqual(
      new Set(['fetch', 'hash', 'probe', 'decode']),
    );
  });

  test('names what is wrong with a file, as the creator’s matter that is not tried again', async () => {
    const { clips } = setting;
    const playlist = '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n';
    const cases = [
      ['SOURCE_EMPTY', await clips.text('empty.mp4', ''), 'VIDEO'],
      ['SOURCE_TRUNCATED', await clips.truncated('cut.mp4', await bunnyClip()), 'VIDEO'],
      ['SOURCE_CORRUPT', await clips.damaged('damaged.mp4', good), 'VIDEO'],
      ['SOURCE_UNREADABLE', await clips.text('playlist.mp4', playlist), 'VIDEO'],
      ['SOURCE_WRONG_TYPE', await clips.audio('sound.m4a'), 'VIDEO'],
      ['SOURCE_WRONG_TYPE', good, 'AUDIO'],
    ] as const;
    for (const [code, path, contentType] of cases) {
      const input = await uploaded(path, contentType);
      await expect(verify(input)).rejects.toMatchObject(failing(code, true));
      // Registered, so that the raw object is somebody's; not described, so that nothing is a copy of it.
      expect(await sourceOf(input.place.contentId)).toMatchObject([{ sha256: null }]);
    }
  });

  test('refuses a file over the limit before it copies a byte', async () => {
    const input = await uploaded(good);
    const fetch = jest.spyOn(setting.objects, 'fetch');
    const deps = { ...setting.deps, limits: { ...setting.deps.limits, maxBytes: 1_000 } };
    await expect(verify(input, deps)).rejects.toMatchObject(failing('SOURCE_OVER_LIMIT', true));
    expect(fetch).not.toHaveBeenCalled();
    fetch.mockRestore();
  });

  test('waits for an object that is not there yet', async () => {
    await expect(verify(await uploaded(null))).rejects.toMatchObject(failing('RAW_OBJECT_MISSING', false));
  });
});

describe('verifying on trust', () => {
  test('reads nothing where nothing is planned', async () => {
    const input = { ...(await uploaded(null)), verify: 'trust' as const, planLadder: false };
    expect(await verify(input)).toEqual({ sha256: null, bytes: null, probe: null, ladder: [] });
    expect(await sourceOf(input.place.contentId)).toHaveLength(1);
  });

  test('plans without decoding: a damaged file passes', async () => {
    const damaged = await setting.clips.damaged('trusted.mp4', good);
    const result = await verify({ ...(await uploaded(damaged)), verify: 'trust' });
    expect(result.ladder.map(({ label }) => label)).toEqual(['360p', '480p', 'a128']);
  });
});

describe('before anything is read', () => {
  test.each([
    ['CREATOR_MISMATCH', { creatorId: 'eve' }],
    ['RESIDENCY_MISMATCH', { residency: 'NG' }],
    ['CONTENT_TYPE_MISMATCH', { contentType: 'AUDIO' }],
  ] as const)('%s: the event says other than the record', async (code, changes) => {
    const input = await uploaded(null);
    await expect(verify({ ...input, upload: { ...input.upload, ...changes } })).rejects.toMatchObject(
      failing(code, true),
    );
    expect(await sourceOf(input.place.contentId)).toEqual([]);
  });

  test('content that was never registered has no record to differ from', async () => {
    const contentId = await addContent(setting.world.pool, 'unregistered', { creatorId: 'bob', metadataVersion: 0 });
    await expect(verify(uploadOf(placeOf(contentId)))).rejects.toMatchObject(failing('RAW_OBJECT_MISSING'));
  });

  test.each(['../x', '/etc/passwd', 'file:///etc/passwd', '-i', 'a//b', 'a\\b'])(
    '%s is an unsafe key',
    async (rawKey) => {
      const input = await uploaded(null);
      await expect(verify({ ...input, upload: { ...input.upload, rawKey } })).rejects.toMatchObject(
        failing('RAW_KEY_UNSAFE', true),
      );
    },
  );

  test('a key of another content or below another residency is taken', async () => {
    const first = await uploaded(good);
    await verify(first);
    const input = await uploaded(null);
    for (const rawKey of [
      first.upload.rawKey,
      `NG/${input.place.contentId}/x`,
      'GLOBAL/other/g1/r1/transcode/360p.mp4',
    ]) {
      await expect(verify({ ...input, upload: { ...input.upload, rawKey } })).rejects.toMatchObject(
        failing('RAW_KEY_TAKEN', true),
      );
    }
  });

  test('work of another residency is refused, and goes through where it belongs', async () => {
    const contentId = await addContent(setting.world.pool, 'nigerian', { residency: 'NG' });
    const input = uploadOf(placeOf(contentId, { residency: 'NG' }), { rawKey: 'raw/nigerian' });
    await setting.objects.store('raw/nigerian', good);
    await expect(verify(input)).rejects.toMatchObject(failing('RESIDENCY_VIOLATION', true));
    expect((await verify(input, setting.serving('NG'))).ladder).not.toEqual([]);
  });
});

test('a new upload supersedes the flags on the old one', async () => {
  const input = await uploaded(good);
  const { contentId } = input.place;
  const flag = (key: string, at: number): Promise<number> =>
    inTransaction(setting.world.pool, (client) =>
      raiseFlag(client, { contentId, key, at, flags: [], priority: 'STANDARD', source: 'service', hide: true }),
    );
  await flag('old', 900);
  await flag('new', 2_000);
  await verify(input);
  expect(await readRow(setting.world.pool, contentId)).toMatchObject({ open_flags: 2 });
  await verify({ ...input, place: { ...input.place, revision: 2 } });
  expect(await readRow(setting.world.pool, contentId)).toMatchObject({ open_flags: 1 });
});
