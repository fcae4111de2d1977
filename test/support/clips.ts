import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MediaTools } from '../../activities/media';
import { fetchClips } from '../../local/stack/fetch/clips';
import { fetchMedia } from '../../local/stack/fetch/media';
import { quiet } from '../../local/stack/progress';
import { eventually } from './eventually';

/** The programs that the environment names, else those of the local stack, fetched where they are missing. */
export async function mediaTools(env: NodeJS.ProcessEnv = process.env): Promise<MediaTools> {
  const { REELWAY_FFMPEG: ffmpeg, REELWAY_FFPROBE: ffprobe, REELWAY_PACKAGER: packager } = env;
  if (ffmpeg && ffprobe && packager) return { ffmpeg, ffprobe, packager };
  return fetchMedia(quiet.step('media'));
}

/** Big Buck Bunny: 720p, 25 frames/s, 5.3 s, 5.1 sound. CC BY, Blender Foundation. */
export const bunnyClip = async (): Promise<string> => (await fetchClips(quiet.step('clips'))).bunny;

/** A folder of a test file's own; `remove` it in afterAll. */
export async function tempDir(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'reelway-media-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

const run = promisify(execFile);

/** Makes small clips with ffmpeg, good and broken ones, in one folder. Every method gives the path. */
export class Clips {
  constructor(
    private readonly tools: MediaTools,
    private readonly dir: string,
  ) {}

  /** Any ffmpeg command line, for clips that only one test needs. */
  async make(name: string, args: readonly string[]): Promise<string> {
    const path = join(this.dir, name);
    await run(this.tools.ffmpeg, ['-y', '-nostdin', '-v', 'error', ...args, path]);
    return path;
  }

  video(name: string, { size = '320x180', seconds = 2, rate = '25' } = {}): Promise<string> {
    return this.make(name, [...picture(size, seconds, rate), '-pix_fmt', 'yuv420p', '-preset', 'ultrafast']);
  }

  videoWithSound(name: string, { size = '320x180', seconds = 2, layout = 'stereo' } = {}): Promise<string> {
    const inputs = [...picture(size, seconds, '25'), ...sound(seconds)];
    const codecs = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-c:a', 'aac'];
    return this.make(name, [...inputs, ...codecs, '-channel_layout', layout, '-shortest']);
  }

  /** The codec follows from the name: .mp3, .flac, .wav, .m4a. */
  audio(name: string, { seconds = 2, bitrate = '128k', channels = 2 } = {}): Promise<string> {
    return this.make(name, [...sound(seconds), '-b:a', bitrate, '-ac', String(channels)]);
  }

  /** Sound with a cover picture, which a container carries as a video stream. */
  cover(name: string): Promise<string> {
    const codecs = ['-frames:v', '1', '-c:a', 'libmp3lame', '-c:v', 'mjpeg', '-disposition:v:0', 'attached_pic'];
    return this.make(name, [...sound(2), ...picture('320x320', 1, '1'), '-map', '0', '-map', '1', ...codecs]);
  }

  /** An index at the front that promises the full length, and a quarter of the file gone. */
  async truncated(name: string, source: string): Promise<string> {
    const path = await this.make(name, ['-i', source, '-c', 'copy', '-movflags', '+faststart']);
    await truncate(path, Math.floor((await stat(path)).size * 0.75));
    return path;
  }

  /** An MP4 with its index at the end, and the end gone. */
  async withoutIndex(name: string, source: string): Promise<string> {
    const path = await this.make(name, ['-i', source, '-c', 'copy']);
    await truncate(path, Math.floor((await stat(path)).size * 0.75));
    return path;
  }

  /** Full length, with 20 KB in the middle overwritten. */
  async damaged(name: string, source: string): Promise<string> {
    const path = await this.make(name, ['-i', source, '-c', 'copy', '-movflags', '+faststart']);
    const file = await open(path, 'r+');
    const middle = Math.floor((await file.stat()).size / 2);
    await file.write(Buffer.alloc(20_000, 0xa5), 0, 20_000, middle);
    await file.close();
    return path;
  }

  async text(name: string, content: string): Promise<string> {
    const path = join(this.dir, name);
    await writeFile(path, content);
    return path;
  }

  async link(name: string, target: string): Promise<string> {
    const path = join(this.dir, name);
    await symlink(target, path);
    return path;
  }

  /** A pipe that nobody writes to: whoever opens it blocks for ever. */
  async pipe(name: string): Promise<string> {
    const path = join(this.dir, name);
    await run('mkfifo', [path]);
    return path;
  }
}

const picture = (size: string, seconds: number, rate: string): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:duration=${String(seconds)}:rate=${rate}`],
];

const sound = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=duration=${String(seconds)}`];

/** Command lines of all processes of the machine right now. */
export async function commandLines(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
}

/** Resolves as soon as the condition holds. */
export const until = async (condition: () => Promise<boolean> | boolean, withinMs?: number): Promise<void> => {
  await eventually('the condition holds', condition, withinMs);
};
