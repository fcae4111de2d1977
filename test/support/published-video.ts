import { workflowIdOf } from '../../contracts/model/ids';
import type { Clips } from './clips';
import { eventually } from './eventually';
import { createItem, type Item } from './story';
import type { World } from './world';

const PUBLISHED_WITHIN_MS = 240_000;
const SECONDS = 3;

/** What the history of one published video holds. */
export interface PublishedVideo {
  events: number;
  /** How often each activity was scheduled. */
  activities: Record<string, number>;
  renditions: string[];
  /** Facts in each signal, in order. */
  factsPerSignal: number[];
}

/**
 * Lets a real 1080p video be published, with two facts that came before its upload and so travel as one signal, and
 * looks at its history.
 */
export async function historyOfPublishedVideo(world: World, clips: Clips): Promise<PublishedVideo> {
  const clip = await clips.videoWithSound('full-hd.mp4', { size: '1920x1080', seconds: SECONDS });
  const item = await createItem(world, { clip, history: 'plain' });
  await item.transcoded();
  await item.packaged();
  await eventually('the early facts are parked', async () => (await item.show()).facts.length === 2);
  await item.upload();
  const shown = await item.reaches({ status: 'PUBLISHED' }, PUBLISHED_WITHIN_MS);
  return { ...(await countHistory(world, item)), renditions: shown.renditions.map((one) => one.label) };
}

async function countHistory(world: World, item: Item): Promise<Omit<PublishedVideo, 'renditions'>> {
  const handle = world.temporal.client.workflow.getHandle(workflowIdOf(item.id));
  await handle.result();
  const { events } = await handle.fetchHistory();
  const activities: Record<string, number> = {};
  const factsPerSignal: number[] = [];
  for (const event of events ?? []) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) activities[name] = (activities[name] ?? 0) + 1;
    const signal = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0]?.data;
    if (signal) factsPerSignal.push((JSON.parse(Buffer.from(signal).toString('utf8')) as unknown[]).length);
  }
  return { events: events?.length ?? 0, activities, factsPerSignal };
}
