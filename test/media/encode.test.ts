import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DEFAULT_LIMITS,
  encodeRung,
  planLadder,
  probeSource,
  verifyWhole,
  type EncodedRendition,
  type MediaTools,
  type SourceProbe,
} from '../../activities/media';
import type { Rung } from '../../contracts/model/work';
import { bunnyClip, Clips, commandLines, mediaTools, tempDir } from '../support/clips';
import { eventually } from '../support/eventually';

jest.setTimeout(60_000);

const limits = DEFAULT_LIMITS;
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

const known = async (path: string): Promise<SourceProbe> =>
  verifyWhole({ path, probe: await probeSource({ path, tools, limits }), tools, limits });

async function encodeAll(source: string, name: string, contentType: 'VIDEO' | 'AUDIO' = 'VIDEO') {
  const probe = await known(source);
  const { video, audio } = planLadder({ probe, contentType });
  const made: EncodedRendition[] = [];
  for (const rung of [...video, ...audio]) {
    const output = join(dir.path, `${name}-${rung.label}.mp4`);
    made.push(await encodeRung({ source, output, rung, probe, tools, limits }));
  }
  return made;
}

const filesOf = async (name: string): Promise<string[]> =>
  (await readdir(dir.path)).filter((file) => file.startsWith(name));

async function keyframes(path: string): Promise<string[]> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time,flags',
    '-of',
    'csv=p=0',
    path,
  ];
  const { stdout } = await promisify(execFile)(tools.ffprobe, args);
  return stdout
    .split('\n')
    .filter((line) => line.includes(',K'))
    .map((line) => Number(line.split(',')[0]).toFixed(3))
    .sort();
}

const lowest: Rung = { kind: 'video', label: '360p', width: 640, height: 360, bitrate: 400_000, frameRate: '25/1' };

describe('the renditions of a clip', () => {
  let made: EncodedRendition[];

  beforeAll(async () => {
    made = await encodeAll(bunny, 'bunny');
  });

  test('are picture or sound alone, with size, codec and duration as they are on disk', () => {
    expect(made).toMatchObject([
      { label: '360p', kind: 'video', width: 640, height: 360, codec: 'avc1.64001e', durationSeconds: 5.28 },
      { label: '480p', kind: 'video', width: 854, height: 480, codec: 'avc1.64001e', durationSeconds: 5.28 },
      { label: '720p', kind: 'video', width: 1280, height: 720, codec: 'avc1.64001f', durationSeconds: 5.28 },
      { label: 'a128', kind: 'audio', width: null, height: null, codec: 'mp4a.40.2' },
    ]);
  });

  test('have their key frames at the same times, every two seconds', async () => {
    const times = await Promise.all(made.filter(({ kind }) => kind === 'video').map(({ path }) => keyframes(path)));
    expect(times).toEqual(times.map(() => ['0.000', '2.000', '4.000']));
  });

  test('are on disk under their names only, with the hash that is told', async () => {
    expect(await filesOf('bunny')).toHaveLength(made.length);
    for (const { path, sha256, bytes } of made) {
      const content = await readFile(path);
      expect(content.length).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
  });
});

test('key frames align also where the frame rate of the source is fractional', async () => {
  const source = await clips.video('fraction.mp4', { size: '480x480', seconds: 5, rate: '30000/1001' });
  const times = await Promise.all((await encodeAll(source, 'fraction')).map(({ path }) => keyframes(path)));
  expect(times[0]).toHaveLength(3);
  expect(times[1]).toEqual(times[0]);
});

test.each([
  ['portrait', () => clips.video('portrait.mp4', { size: '360x640' }), ['360p 360x640']],
  [
    'a tiny odd picture',
    () => clips.make('tiny.mkv', ['-f', 'lavfi', '-i', 'testsrc2=s=63x35:d=1', '-c:v', 'mpeg4']),
    ['34p 62x34'],
  ],
  ['silent video', () => clips.video('mute.mp4', { size: '640x360' }), ['360p 640x360']],
  ['5.1 sound', () => clips.videoWithSound('surround.mp4', { layout: '5.1' }), ['180p 320x180', 'a64 sound']],
])('%s is encoded as planned', async (_name, make, wanted) => {
  const source = await make();
  const made = await encodeAll(source, `planned-${String(wanted[0])}`);
  const found = made.map(
    ({ label, width, height }) => `${label} ${width === null ? 'sound' : `${String(width)}x${String(height)}`}`,
  );
  expect(found).toEqual(wanted);
});

test('sound alone is encoded at each bit rate of its ladder', async () => {
  const made = await encodeAll(await clips.audio('tone.flac', { seconds: 3 }), 'tone', 'AUDIO');
  expect(made.map(({ label, codec }) => `${label} ${codec}`)).toEqual(
    ['a64', 'a128', 'a256', 'a320'].map((label) => `${label} mp4a.40.2`),
  );
});

test('progress runs from the source, and never backwards', async () => {
  const seen: number[] = [];
  const probe = await known(bunny);
  const output = join(dir.path, 'progress.mp4');
  await encodeRung({
    source: bunny,
    output,
    rung: lowest,
    probe,
    tools,
    limits,
    onProgress: (percent) => seen.push(percent),
  });
  expect(seen.at(-1)).toBeGreaterThan(95);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('an abort in mid-encode leaves no process and no file', async () => {
  const abort = new AbortController();
  const reason = new RangeError('cancelled');
  const probe = await known(bunny);
  const output = join(dir.path, 'aborted.mp4');
  // Five seconds of this size take several seconds to encode: the abort is always in the middle.
  const slow = { ...lowest, width: 1920, height: 1080 };
  const encoding = encodeRung({ source: bunny, output, rung: slow, probe, tools, limits, signal: abort.signal });
  await eventually('the encoder writes', async () => (await filesOf('aborted')).length > 0);
  abort.abort(reason);
  await expect(encoding).rejects.toBe(reason);
  expect((await commandLines()).some((line) => line.includes(output))).toBe(false);
  expect(await filesOf('aborted')).toEqual([]);
});

test('an encoder that gets no input is killed, and leaves no file', async () => {
  const source = await clips.pipe('stalled.mp4');
  const probe = await known(bunny);
  const output = join(dir.path, 'stalled-out.mp4');
  const encoding = encodeRung({ source, output, rung: lowest, probe, tools, limits: { ...limits, stallMs: 500 } });
  await expect(encoding).rejects.toMatchObject({ code: 'TRANSCODE_STALLED' });
  expect((await commandLines()).some((line) => line.includes(output))).toBe(false);
  expect(await filesOf('stalled-out')).toEqual([]);
});

test('a rendition shorter than its source is not accepted', async () => {
  const source = await clips.truncated('short.mp4', bunny);
  const probe = await probeSource({ path: source, tools, limits });
  const output = join(dir.path, 'short-out.mp4');
  const encoding = encodeRung({ source, output, rung: lowest, probe, tools, limits });
  await expect(encoding).rejects.toMatchObject({ code: 'RENDITION_INVALID' });
  expect(await filesOf('short-out')).toEqual([]);
});

test('an encoder that fails says why', async () => {
  const source = await clips.text('noise.mp4', 'x'.repeat(1_000));
  const probe = await known(bunny);
  const encoding = encodeRung({ source, output: join(dir.path, 'failed.mp4'), rung: lowest, probe, tools, limits });
  await expect(encoding).rejects.toMatchObject({
    code: 'TRANSCODE_FAILED',
    message: expect.stringContaining('Invalid data found') as string,
  });
});
