import fc from 'fast-check';
import { planLadder, type SourceAudio, type SourceProbe, type SourceVideo } from '../../activities/media';

const video = (over: Partial<SourceVideo> = {}): SourceVideo => ({
  index: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  codedWidth: 1920,
  codedHeight: 1080,
  rotation: 0,
  frameRate: 25,
  constantRate: '25/1',
  pixFmt: 'yuv420p',
  endSeconds: 10,
  ...over,
});

const audio = (over: Partial<SourceAudio> = {}): SourceAudio => ({
  index: 1,
  codec: 'aac',
  channels: 2,
  sampleRate: 48_000,
  lang: 'en',
  bitrate: 128_000,
  lossless: false,
  endSeconds: 10,
  ...over,
});

const probe = (over: Partial<SourceProbe>): SourceProbe => ({
  container: 'mov',
  bytes: 1,
  durationSeconds: 10,
  durationDeclared: true,
  video: null,
  audio: null,
  streams: 2,
  ...over,
});

const planVideo = (over: Partial<SourceVideo>, sound: SourceAudio | null = audio()) =>
  planLadder({ probe: probe({ video: video(over), audio: sound }), contentType: 'VIDEO' });

const planAudio = (over: Partial<SourceAudio>) =>
  planLadder({ probe: probe({ audio: audio(over) }), contentType: 'AUDIO' }).audio.map(({ label }) => label);

const sizes = (width: number, height: number): string[] =>
  planVideo({ width, height }).video.map((rung) => `${rung.label} ${String(rung.width)}x${String(rung.height)}`);

test.each([
  ['2160p', 3840, 2160, ['360p 640x360', '480p 854x480', '720p 1280x720', '1080p 1920x1080', '2160p 3840x2160']],
  ['between two rungs', 2560, 1440, ['360p 640x360', '480p 854x480', '720p 1280x720', '1080p 1920x1080']],
  ['portrait', 720, 1280, ['360p 360x640', '480p 480x854', '720p 720x1280']],
  ['square', 500, 500, ['360p 360x360', '480p 480x480']],
  ['an odd width at the size of a rung', 853, 480, ['360p 640x360', '480p 852x480']],
  ['just below a rung', 1918, 1078, ['360p 640x360', '480p 854x480', '720p 1282x720']],
  ['smaller than the lowest rung', 320, 240, ['240p 320x240']],
  ['smaller, with odd sizes', 179, 101, ['100p 178x100']],
])('a source %s gets the rungs at or below its short edge', (_name, width, height, rungs) => {
  expect(sizes(width, height)).toEqual(rungs);
});

test('no rung is ever larger than its source, odd, out of order or of another shape', () => {
  const edge = fc.integer({ min: 2, max: 8000 });
  fc.assert(
    fc.property(edge, edge, (width, height) => {
      const rungs = planVideo({ width, height }).video;
      expect(rungs.length).toBeGreaterThan(0);
      expect(new Set(rungs.map(({ label }) => label)).size).toBe(rungs.length);
      rungs.forEach((rung, index) => {
        expect(rung.width).toBeLessThanOrEqual(width);
        expect(rung.height).toBeLessThanOrEqual(height);
        expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
        expect(Math.abs(rung.width * height - rung.height * width)).toBeLessThanOrEqual(2 * (width + height));
        expect(rung.bitrate).toBeGreaterThan(rungs[index - 1]?.bitrate ?? 0);
      });
    }),
  );
});

test.each([
  ['2160p', 3840, 2160, 'a320'],
  ['1080p', 1920, 1080, 'a192'],
  ['720p', 1280, 720, 'a128'],
  ['360p', 640, 360, 'a64'],
  ['tiny', 160, 90, 'a64'],
])('video has one sound rendition, that of its best rung (%s)', (_name, width, height, label) => {
  expect(planVideo({ width, height }).audio.map((rung) => rung.label)).toEqual([label]);
});

test('silent video has no sound rendition', () => {
  expect(planVideo({}, null).audio).toEqual([]);
});

test('surround sound is planned as stereo, and one channel stays one', () => {
  expect(planVideo({}, audio({ channels: 6 })).audio[0]?.channels).toBe(2);
  expect(planVideo({}, audio({ channels: 1 })).audio[0]?.channels).toBe(1);
});

test.each([
  ['lossless stereo', { lossless: true }, ['a64', 'a128', 'a256', 'a320']],
  ['lossless mono', { lossless: true, channels: 1 }, ['a64', 'a128']],
  ['lossless speech at 16 kHz', { lossless: true, channels: 1, sampleRate: 16_000 }, ['a64']],
  ['lossy at 320k', { bitrate: 320_000 }, ['a64', 'a128', 'a256', 'a320']],
  ['lossy at 129k', { bitrate: 129_300 }, ['a64', 'a128']],
  ['lossy at 200k', { bitrate: 200_000 }, ['a64', 'a128']],
  ['lossy at 32k', { bitrate: 32_000 }, ['a64']],
])('sound alone, %s, gets no more bits than it has', (_name, over, labels) => {
  expect(planAudio(over)).toEqual(labels);
});

test.each([
  ['a constant rate', 25, '25/1', '25/1'],
  ['an unusual constant rate', 12.5, '25/2', '25/2'],
  ['a telephone that varies around 30', 29.87, null, '30000/1001'],
  ['a screen recording', 17.2, null, '18/1'],
  ['120 frames/s', 120, '120/1', '60/1'],
  ['239.76 frames/s', 239.76, null, '60000/1001'],
  ['a slide show', 0.2, '1/5', '10/1'],
  ['an unknown rate', 0, null, '30/1'],
])('all rungs of %s share one constant rate', (_name, frameRate, constantRate, wanted) => {
  const rates = planVideo({ frameRate, constantRate }).video.map((rung) => rung.frameRate);
  expect(new Set(rates)).toEqual(new Set([wanted]));
});
