import { Clips, mediaTools, tempDir } from '../support/clips';
import { historyOfPublishedVideo, type PublishedVideo } from '../support/published-video';
import { createWorld, type World } from '../support/world';

jest.setTimeout(300_000);

/** Temporal warns from 10,240 events on; this leaves room for a hundred retries, decisions and revisions in one run. */
const MOST_EVENTS = 120;

let world: World;
let folder: Awaited<ReturnType<typeof tempDir>>;
let video: PublishedVideo;

beforeAll(async () => {
  folder = await tempDir();
  world = await createWorld();
  await world.spawnReelway(['up']);
  video = await historyOfPublishedVideo(world, new Clips(await mediaTools(), folder.path));
});
afterAll(async () => {
  await world.close();
  await folder.remove();
});

describe('the history of a real video from upload to publication', () => {
  it('tells of four renditions, their sound, two checks and one signal of several facts', () => {
    expect(video.activities).toMatchObject({
      verifyUpload: 1,
      transcodeRendition: 5,
      runCheck: 2,
      packageContent: 1,
      publishContent: 1,
    });
    expect(video.renditions).toEqual(['360p', '480p', '720p', '1080p', 'a192']);
    process.stderr.write(`history of a published video: ${String(video.events)} events\n`);
    // The early facts join the start or follow it; either way some of the three share a signal.
    expect(video.factsPerSignal.reduce((sum, facts) => sum + facts, 0)).toBe(3);
    expect(Math.max(...video.factsPerSignal)).toBeGreaterThanOrEqual(2);
  });

  it(`takes ${String(MOST_EVENTS)} events or fewer`, () => {
    expect(video.events).toBeLessThanOrEqual(MOST_EVENTS);
  });
});
