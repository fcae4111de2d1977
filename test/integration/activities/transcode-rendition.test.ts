import { readdir } from 'node:fs/promises';
import type { Rung, SourceProbe, TranscodeInput, TranscodeResult } from '../../../contracts/model/work';
import { commandLines, until } from '../../support/clips';
import { addContent } from './rows';
import { AttemptRun, createSetting, failing, placeOf, sha256OfFile, uploadOf, type Setting } from './setting';

/** Real encodes, on a machine that others use as well. */
jest.setTimeout(120_000);

let setting: Setting;
let clip: string;
beforeAll(async () => {
  setting = await createSetting();
  clip = await setting.clips.videoWithSound('clip.mp4', { size: '854x480', seconds: 3 });
});
afterAll(() => setting.world.close());
afterEach(async () => expect(await setting.temporaryFiles()).toEqual([]));

let number = 0;
/** What verifyUpload makes of the clip, for a rung with this label. */
async function verified(label: string, path = clip): Promise<TranscodeInput> {
  const place = placeOf(await addContent(setting.world.pool, `c${String((number += 1))}`));
  const upload = uploadOf(place);
  await setting.objects.store(upload.upload.rawKey, path);
  const attempt = new AttemptRun(setting.deps);
  const { ladder, probe, sha256 } = await attempt.run(attempt.activities.verifyUpload, upload);
  const rung = ladder.find((one) => one.label === label) as Rung;
  const found = { sourceSha256: sha256 as string, probe: probe as SourceProbe };
  return { place, rawKey: upload.upload.rawKey, rung, ...found };
}

const transcode = (input: TranscodeInput, attempt = new AttemptRun(setting.deps)): Promise<TranscodeResult> =>
  attempt.run(attempt.activities.transcodeRendition, input);

const outputsOf = async ({ place }: TranscodeInput): Promise<object[]> =>
  (
    await setting.world.pool.query<{ keys: string[]; attempt: number }>(
      'SELECT keys, attempt FROM outputs WHERE content_id = $1',
      [place.contentId],
    )
  ).rows;

const objectsOf = ({ place }: TranscodeInput): Promise<string[]> => setting.objects.list(`GLOBAL/${place.contentId}`);

/** Whether a process of this machine works below our temp directory. */
const isEncoding = async (): Promise<boolean> =>
  (await commandLines()).some((line) => line.includes('ffmpeg') && line.includes(setting.world.dirs.temp));

describe('transcoding a rendition', () => {
  test('stores and records it, with progress in its heartbeats', async () => {
    const input = await verified('480p');
    const attempt = new AttemptRun(setting.deps);
    const result = await transcode(input, attempt);
    expect(result).toMatchObject({ rung: input.rung, lang: 'und', reused: false });
    expect(result.durationSeconds).toBeCloseTo(3, 0);
    expect(result.key).toMatch(
      new RegExp(`^GLOBAL/${input.place.contentId}/g1/r1/transcode/480p/a1-[0-9a-f]{8}/480p.mp4$`),
    );
    expect(await objectsOf(input)).toEqual([result.key]);
    const stored = await sha256OfFile(`${setting.world.dirs.objects}/${result.key}`);
    expect([result.sha256, await outputsOf(input)]).toEqual([stored, [{ keys: [result.key], attempt: 1 }]]);
    const percents = attempt.heartbeats.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect([percents.at(-1), new Set(attempt.heartbeats.map(({ label }) => label))]).toEqual([100, new Set(['480p'])]);
  });

  test('makes sound alone, too', async () => {
    const input = await verified('a128');
    expect(await transcode(input)).toMatchObject({ rung: { kind: 'audio', label: 'a128' }, reused: false });
  });

  test('a later attempt finds what an earlier one recorded and encodes nothing', async () => {
    const input = await verified('360p');
    const first = await transcode(input);
    const second = new AttemptRun(
      { ...setting.deps, tools: { ...setting.tools, ffmpeg: '/nonexistent' } },
      'content:c',
      2,
    );
    expect(await transcode(input, second)).toEqual({ ...first, reused: true });
  });

  test('a record whose object is gone is taken back, and the rendition made anew', async () => {
    const input = await verified('360p');
    const first = await transcode(input);
    await setting.objects.remove(first.key);
    const second = await transcode(input);
    expect([second.reused, await objectsOf(input)]).toEqual([false, [second.key]]);
  });

  test('of two attempts at the same time the first record stands, and the other leaves nothing', async () => {
    const input = await verified('360p');
    const [one, two] = await Promise.all([
      transcode(input),
      transcode(input, new AttemptRun(setting.deps, 'content:c', 2)),
    ]);
    expect(one.key).toBe(two.key);
    expect([one.reused, two.reused].sort()).toEqual([false, true]);
    expect(await objectsOf(input)).toEqual([one.key]);
    expect(await outputsOf(input)).toHaveLength(1);
  });

  test('what a killed attempt stored without a record is cleared away by the next', async () => {
    const input = await verified('360p');
    const stray = `GLOBAL/${input.place.contentId}/g1/r1/transcode/360p/a1-00000000/360p.mp4`;
    await setting.objects.store(stray, clip);
    const { key } = await transcode(input);
    expect(await objectsOf(input)).toEqual([key]);
  });

  test('never encodes other bytes than were verified', async () => {
    const input = await verified('360p');
    await setting.objects.store(input.rawKey, await setting.clips.video('other.mp4'));
    await expect(transcode(input)).rejects.toMatchObject(failing('RAW_OBJECT_MISSING', false));
    expect(await objectsOf(input)).toEqual([]);
  });

  test('is refused on a worker of another residency', async () => {
    const input = await verified('360p');
    const attempt = new AttemptRun(setting.serving('NG'));
    await expect(transcode(input, attempt)).rejects.toMatchObject(failing('RESIDENCY_VIOLATION', true));
  });

  test('fails with a code and leaves nothing when the encoder fails', async () => {
    const input = await verified('360p');
    const attempt = new AttemptRun({ ...setting.deps, tools: { ...setting.tools, ffmpeg: '/bin/false' } });
    await expect(transcode(input, attempt)).rejects.toMatchObject(failing('TRANSCODE_FAILED', false));
    expect([await objectsOf(input), await outputsOf(input)]).toEqual([[], []]);
  });
});

describe('cancelling in the middle of an encode', () => {
  test('ends ffmpeg, leaves no file, and is told as a cancellation', async () => {
    const long = await setting.clips.video('long.mp4', { size: '854x480', seconds: 120 });
    const input = await verified('480p', long);
    const attempt = new AttemptRun(setting.deps);
    const encoding = new Promise<void>((resolve) => attempt.onHeartbeat(({ percent }) => percent > 0 && resolve()));
    const running = transcode(input, attempt);
    await encoding;
    expect([await isEncoding(), (await readdir(`${setting.world.dirs.temp}/GLOBAL`)).length]).toEqual([true, 1]);
    const asked = Date.now();
    attempt.cancel();
    await expect(running).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(Date.now() - asked).toBeLessThan(10_000);
    await until(async () => !(await isEncoding()), 100);
    expect([await objectsOf(input), await outputsOf(input)]).toEqual([[], []]);
    expect(await setting.temporaryFiles()).toEqual([]);
  });
});
