import type { Stack } from '../../../local/stack';
import { Clips, tempDir } from '../../support/clips';
import { historyOfPublishedVideo } from '../../support/published-video';
import { createWorld } from '../../support/world';

/** Events in the history of a real 1080p video: four renditions, sound, two checks, one signal of several facts. */
export async function realHistoryEvents(stack: Stack): Promise<number> {
  const folder = await tempDir();
  const world = await createWorld();
  try {
    await world.spawnReelway(['up']);
    return (await historyOfPublishedVideo(world, new Clips(stack.media, folder.path))).events;
  } finally {
    await world.close();
    await folder.remove();
  }
}
