import { createOutbound } from '../../../bridge/outbound/outbound';
import { prepareMilestone } from '../../../platform/events/prepare';
import type { Milestone, Snapshot } from '../../../contracts/model/lifecycle';
import type { KafkaProducer, OutgoingRecord } from '../../../contracts/model/ports';
import type { World } from '../../support/world';
import type { BareProducer } from '../baseline/bare-producer';

const MS = 1_000;
const AT_ONCE = 50;
const TOPIC = 'media.transcoded';

const milestoneOf = (contentId: string): Milestone => ({
  topic: TOPIC,
  milestone: 'transcoded',
  ordinal: 1,
  at: Date.parse('2026-05-01T10:00:00Z'),
  payload: {
    content_id: contentId,
    renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${contentId}/360p.mp4` }],
    audio_tracks: [],
    duration_seconds: 12,
  },
});

function recordOf(contentId: string): OutgoingRecord {
  const prepared = prepareMilestone({ contentId, generation: 1 }, milestoneOf(contentId));
  if (!prepared.ok) throw new Error(prepared.refused.message);
  const { topic, recordKey, value, eventId } = prepared.row;
  return { topic, key: recordKey, value, headers: { 'content-id': contentId, 'event-id': eventId } };
}

/** Milestones per second of callers that each send one at a time: checked, with headers, joined on the way. */
export const portRate = (producer: KafkaProducer, prefix: string, count: number): Promise<number> =>
  rateOf(count, (index) => producer.send([recordOf(`${prefix}-${String(index)}`)]));

/** Of a plain producer that gets as many messages at once as there were callers; they are made beforehand. */
export async function bareRate(world: World, producer: BareProducer, prefix: string, count: number): Promise<number> {
  const records = Array.from({ length: count }, (_, index) => recordOf(`${prefix}-${String(index)}`));
  const messages = records.map(({ key, value, headers }) => ({ key, value, headers }));
  const began = performance.now();
  await producer.send(`${world.config.kafka.topicPrefix}${TOPIC}`, messages, AT_ONCE);
  return count / ((performance.now() - began) / MS);
}

/** Of the whole activity's work: stored under the content's lock, sent, marked. */
export function announceRate(world: World, producer: KafkaProducer, prefix: string, count: number): Promise<number> {
  const outbound = createOutbound({ pool: world.pool, producer, log: world.log });
  return rateOf(count, async (index) => {
    const contentId = `${prefix}-${String(index)}`;
    await outbound.announce({
      snapshot: snapshotOf(contentId),
      milestones: [milestoneOf(contentId)],
      ...{ notices: [], outcomes: [], closing: false },
    });
  });
}

async function rateOf(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
  return count / ((performance.now() - began) / MS);
}

const snapshotOf = (contentId: string): Snapshot => ({
  ...{ contentId, generation: 1, revision: 1, stateVersion: 1, stage: 'transcode', status: 'RUNNING' },
  ...{ visibility: 'HIDDEN', attention: false, code: null, since: 0, uploadSessionId: 's', creatorId: 'c' },
  ...{ residency: 'GLOBAL', contentType: 'VIDEO', stages: [], renditions: [], manifests: null },
});
