import {
  checkSource,
  DEFAULT_LIMITS,
  probeSource,
  verifyWhole,
  type MediaLimits,
  type MediaTools,
  type SourceProbe,
} from '../../activities/media';
import { bunnyClip, Clips, mediaTools, tempDir } from '../support/clips';

jest.setTimeout(30_000);

let tools: MediaTools;
let clips: Clips;
let bunny: string;
let dir: Awaited<ReturnType<typeof tempDir>>;

beforeAll(async () => {
  tools = await mediaTools();
  bunny = await bunnyClip();
  dir = await tempDir();
  clips = new Clips(tools, dir.path);
}, 120_000);

afterAll(() => dir.remove());

const probe = (path: string, limits: Partial<MediaLimits> = {}): Promise<SourceProbe> =>
  probeSource({ path, tools, limits: { ...DEFAULT_LIMITS, ...limits } });

const whole = async (path: string, limits: Partial<MediaLimits> = {}): Promise<SourceProbe> => {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return verifyWhole({ path, probe: await probeSource({ path, tools, limits: all }), tools, limits: all });
};

describe('a probe', () => {
  test('tells picture, sound and duration', async () => {
    expect(await probe(bunny)).toMatchObject({
      durationSeconds: 5.312,
      durationDeclared: true,
      streams: 2,
      video: { codec: 'h264', width: 1280, height: 720, rotation: 0, frameRate: 25, constantRate: '25/1' },
      audio: { codec: 'aac', channels: 6, sampleRate: 48_000, lang: 'und', lossless: false },
    });
  });

  test('turns a rotated picture, so that portrait is planned as portrait', async () => {
    const upright = await clips.video('upright.mp4');
    const args = ['-display_rotation:v:0', '90', '-i', upright, '-c', 'copy'];
    const { video } = await probe(await clips.make('rotated.mp4', args));
    expect(video).toMatchObject({ width: 180, height: 320, codedWidth: 320, codedHeight: 180, rotation: 270 });
  });

  test('shows pixels that are not square as a player does', async () => {
    const plain = await clips.video('plain.mp4', { size: '240x180' });
    const { video } = await probe(await clips.make('wide.mp4', ['-i', plain, '-vf', 'setsar=4/3']));
    expect(video).toMatchObject({ width: 320, height: 180, codedWidth: 240 });
  });

  test('gives the language as BCP-47', async () => {
    const sound = await clips.audio('sound.m4a');
    const tagged = await clips.make('yoruba.mkv', ['-i', sound, '-c', 'copy', '-metadata:s:a:0', 'language=yor']);
    expect((await probe(tagged)).audio?.lang).toBe('yo');
  });

  test('computes the bit rate of sound where the container gives none', async () => {
    const bitrate = (await probe(await clips.audio('flat.ogg', { seconds: 4 }))).audio?.bitrate;
    expect(bitrate).toBeGreaterThan(10_000);
  });

  test('does not take a cover for a picture', async () => {
    expect(await probe(await clips.cover('cover.mp3'))).toMatchObject({ video: null, audio: { codec: 'mp3' } });
  });
});

describe('a file that is no medium has a code of its own:', () => {
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"></svg>';

  test.each([
    ['0 bytes', 'SOURCE_EMPTY', () => clips.text('empty.mp4', '')],
    ['an HLS playlist named .mp4', 'SOURCE_UNREADABLE', () => clips.text('playlist.mp4', playlist)],
    ['an ffconcat list', 'SOURCE_UNREADABLE', () => clips.text('list.mp4', `ffconcat version 1.0\nfile ${bunny}\n`)],
    ['an SVG picture', 'SOURCE_UNREADABLE', () => clips.text('picture.mp4', svg)],
    ['noise', 'SOURCE_UNREADABLE', () => clips.text('noise.mp4', 'x'.repeat(5_000))],
    ['a link', 'SOURCE_UNREADABLE', () => clips.link('link.mp4', bunny)],
    ['a pipe', 'SOURCE_UNREADABLE', () => clips.pipe('pipe.mp4')],
    ['an MP4 without its index', 'SOURCE_TRUNCATED', () => clips.withoutIndex('no-index.mp4', bunny)],
    ['a missing file', 'PROBE_FAILED', () => Promise.resolve('/nowhere/clip.mp4')],
  ])('%s is %s', async (_name, code, make) => {
    await expect(probe(await make())).rejects.toMatchObject({ code });
  });
});

test.each([
  ['bytes', { maxBytes: 1_000 }],
  ['pixels', { maxPixels: 1_000 }],
  ['duration', { maxDurationSeconds: 5 }],
  ['streams', { maxStreams: 1 }],
])('a source over the limit of %s is refused', async (_name, limits) => {
  await expect(probe(bunny, limits)).rejects.toMatchObject({ code: 'SOURCE_OVER_LIMIT' });
});

test('a probe that takes too long is our trouble, not the creator’s', async () => {
  await expect(probe(bunny, { probeTimeoutMs: 1 })).rejects.toMatchObject({ code: 'PROBE_FAILED' });
});

describe('the content type', () => {
  test('VIDEO needs a picture', async () => {
    for (const name of ['said-video.m4a', 'said-video.mp3']) {
      const sound = await probe(name.endsWith('mp3') ? await clips.cover(name) : await clips.audio(name));
      expect(() => checkSource({ probe: sound, contentType: 'VIDEO' })).toThrow('no video stream');
    }
  });

  test('AUDIO needs sound, and no picture but a cover', async () => {
    const [silent, both, cover] = [await clips.video('silent.mp4'), bunny, await clips.cover('cover2.mp3')];
    const check = async (path: string): Promise<void> =>
      checkSource({ probe: await probe(path), contentType: 'AUDIO' });
    await expect(check(silent)).rejects.toMatchObject({ code: 'SOURCE_WRONG_TYPE' });
    await expect(check(both)).rejects.toMatchObject({ code: 'SOURCE_WRONG_TYPE' });
    await expect(check(cover)).resolves.toBeUndefined();
  });
});

describe('the check of the whole file', () => {
  test.each([
    ['an MP4', () => Promise.resolve(bunny)],
    ['a silent MP4', () => clips.video('quiet.mp4')],
    ['a WebM', () => clips.make('clip.webm', ['-i', bunny, '-t', '1', '-vf', 'scale=160:-2', '-ac', '2'])],
    ['an MPEG transport stream', () => clips.make('clip.ts', ['-i', bunny, '-c', 'copy'])],
    ['an MP3 with a cover', () => clips.cover('good.mp3')],
    ['a FLAC', () => clips.audio('good.flac')],
  ])('accepts %s', async (_name, make) => {
    await expect(whole(await make())).resolves.toMatchObject({ durationDeclared: true });
  });

  test('finds the missing quarter of a file that promises its full length', async () => {
    const cut = await clips.truncated('cut.mp4', bunny);
    expect((await probe(cut)).durationSeconds).toBe(5.312);
    await expect(whole(cut)).rejects.toMatchObject({ code: 'SOURCE_TRUNCATED' });
  });

  test('finds a Matroska file that was cut between two clusters or in one', async () => {
    const mkv = await clips.truncated('cut.mkv', bunny);
    await expect(whole(mkv)).rejects.toMatchObject({ code: 'SOURCE_TRUNCATED' });
  });

  test('tells damage from truncation', async () => {
    await expect(whole(await clips.damaged('damaged.mp4', bunny))).rejects.toMatchObject({ code: 'SOURCE_CORRUPT' });
  });

  test('measures a recording that does not say how long it is', async () => {
    // As a browser records: a Matroska stream, written without going back to its head.
    const live = await clips.make('live.webm', [
      ...['-i', bunny, '-t', '3', '-vf', 'scale=160:-2', '-ac', '2', '-c:v', 'libvpx', '-c:a', 'libopus'],
      ...['-live', '1', '-f', 'webm'],
    ]);
    expect(await probe(live)).toMatchObject({ durationSeconds: 0, durationDeclared: false });
    const measured = await whole(live);
    expect(measured.durationSeconds).toBeCloseTo(3, 0);
    expect(measured.video?.endSeconds).toBeCloseTo(3, 0);
  });

  test('stops at a stream that is longer than the limit, whatever its head says', async () => {
    const live = await clips.make('long.webm', ['-i', bunny, '-vn', '-ac', '2', '-live', '1', '-f', 'webm']);
    await expect(whole(live, { maxDurationSeconds: 2 })).rejects.toMatchObject({ code: 'SOURCE_OVER_LIMIT' });
  });

  test('reports progress up to the end', async () => {
    const seen: number[] = [];
    const all = await probe(bunny);
    const onProgress = (percent: number): number => seen.push(percent);
    await verifyWhole({ path: bunny, probe: all, tools, limits: DEFAULT_LIMITS, onProgress });
    expect(seen.at(-1)).toBeGreaterThan(95);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
