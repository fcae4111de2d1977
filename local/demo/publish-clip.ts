import { setTimeout as delay } from 'node:timers/promises';
import type { ReelwayClient } from '../../cli/client';
import { watch } from '../../cli/content/watch';
import { EXIT } from '../../cli/exit';
import type { Output } from '../../cli/output';
import { styleOf } from '../../cli/render/text';
import { submitUpload } from '../../cli/upload-service';
import { subscribe } from './viewers';
import { ReelwayError } from '../../contracts/model/errors';
import type { OperationsDeps } from '../../operations/deps';
import type { ShownContent } from '../../operations/show';

const CREATOR = 'blender';
/** Hears of what the creator publishes. */
export const SUBSCRIBER = 'viewer-1';

export interface PublishInput {
  readonly deps: OperationsDeps;
  readonly client: ReelwayClient;
  readonly contentId: string;
  /** Path of the file to upload. */
  readonly clip: string;
  /** Takes a line per change. */
  readonly output: Pick<Output, 'next' | 'say'>;
  readonly signal: AbortSignal;
}

export interface PublishedClip {
  readonly shown: ShownContent;
  /** From the upload event to PUBLISHED. */
  readonly seconds: number;
}

/**
 * Plays the people and services around us: a creator's record, the upload service's object and event; then watches it
 * to PUBLISHED and waits until its run has ended and all of its events are sent. Throws DEMO_FAILED where it stops
 * on the way.
 */
export async function publishClip(input: PublishInput): Promise<PublishedClip> {
  const { deps, client, contentId, clip, output, signal } = input;
  await client.register({
    ...{ contentId, creatorId: CREATOR, title: 'Big Buck Bunny', contentType: 'VIDEO', residency: 'GLOBAL' },
    description: 'A large rabbit deals with three tiny bullies.',
    ...{ categories: ['animation', 'short'], tags: ['rabbit', 'open movie'], language: 'en' },
  });
  await subscribe(deps.kafka(), SUBSCRIBER, CREATOR);
  const { eventId, topic, partition, offset } = await submitUpload(deps, { contentId, file: clip });
  const uploadedAt = performance.now();
  output.say(`${topic} ${eventId} is at partition ${String(partition)}, offset ${offset}`);
  const look = async (): ReturnType<ReelwayClient['glance']> => {
    signal.throwIfAborted();
    return client.glance({ contentId });
  };
  if ((await watch(look, { timeout: PUBLISH_MS }, { ...output, redraw: null, style: styleOf(false) })) !== EXIT.done)
    throw await stopped(client, contentId);
  const seconds = Number(((performance.now() - uploadedAt) / 1_000).toFixed(1));
  return { shown: await untilEnded(client, contentId, signal), seconds };
}

/** The clip takes 15 s on two idle cores. */
const PUBLISH_MS = 10 * 60_000;
/** PUBLISHED is known before its event is sent and the run returns. */
const END_MS = 30_000;
const LOOK_EVERY_MS = 200;

async function untilEnded(client: ReelwayClient, contentId: string, signal: AbortSignal): Promise<ShownContent> {
  const deadline = performance.now() + END_MS;
  for (;;) {
    const shown = await client.show({ contentId });
    const sent = [...shown.milestones, ...shown.notices].every((event) => event.sent);
    if ((sent && shown.run.status === 'COMPLETED') || performance.now() > deadline) return shown;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function stopped(client: ReelwayClient, contentId: string): Promise<ReelwayError> {
  const { status, stage, failureCode, stages } = await client.show({ contentId });
  const why = stages.find((one) => one.code === failureCode)?.message ?? '';
  const code = failureCode === null ? '' : ` (${failureCode}${why === '' ? '' : `: ${why}`})`;
  return new ReelwayError('DEMO_FAILED', `${contentId} is ${status} at ${stage ?? 'no stage'}${code}, not PUBLISHED.`);
}
