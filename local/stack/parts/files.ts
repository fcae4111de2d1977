import { clipsDir, fetchClips } from '../fetch/clips';
import { fetchMedia, mediaDir, mediaOnPath } from '../fetch/media';
import { fetchTestServer, testServerDir } from '../fetch/test-server';
import { definePart, toFetch, type PartPlan } from './part';

/** ffmpeg, ffprobe and the packager: run by activities, no server. */
export async function mediaPart(): Promise<PartPlan> {
  const path = await mediaOnPath();
  return definePart({
    name: 'media',
    needs: path ? [] : toFetch(mediaDir, ['python', 'pip']),
    fetch: async (step) => path ?? (await fetchMedia(step)),
    start: (media) => Promise.resolve({ media }),
  });
}

export const clipsPart = (): PartPlan =>
  definePart({
    name: 'clips',
    needs: toFetch(clipsDir, ['python', 'pip']),
    fetch: fetchClips,
    start: (clips) => Promise.resolve({ clips }),
  });

/** Not part of a stack: tests of long waits start it themselves. */
export const testServerPart = (): PartPlan =>
  definePart({
    name: 'tests',
    needs: ['java', ...toFetch(testServerDir, ['mvn'])],
    fetch: fetchTestServer,
  });
