import { cloudEventHeaders } from '../../../platform/events/cloud-events';
import { messageFixtures, bytesOf } from '../../fixtures/messages/load';
import type { Topic } from '../../../contracts/model/topics';
import type { ReadEvent } from '../../../local/demo/events';
import type { DemoReport } from '../../../local/demo/report';

/** A valid message of the topic, as read from Kafka under this sequence. */
export function readEvent(topic: Topic, sequence: number | null): ReadEvent {
  const [fixture] = messageFixtures(topic, 'valid');
  const eventId = `${topic}-${String(sequence)}`;
  return {
    ...{ topic, sequence, eventId, partition: 3, offset: String(sequence ?? 0) },
    headers: {
      ...cloudEventHeaders({ eventId, topic, timestamp: '2026-05-01T10:00:00.000Z' }),
      ...{ 'event-id': eventId, 'content-id': 'demo-1', ...(sequence !== null && { sequence: String(sequence) }) },
    },
    value: fixture ? bytesOf(fixture) : Buffer.alloc(0),
  };
}

export const publishedEvents = (): ReadEvent[] => [
  readEvent('media.transcoded', 1),
  readEvent('media.drm.packaged', 2),
  readEvent('media.published', 3),
];

const verified = { representations: 2, segments: 6, frames: 260, tracks: [] };

export const sampleReport = (changes: Partial<DemoReport> = {}): DemoReport => ({
  ...{ contentId: 'demo-1', workflowId: 'content:demo-1', title: 'Big Buck Bunny' },
  ...{ status: 'PUBLISHED', visibility: 'PUBLISHED', historyEvents: 108, seconds: 12.34 },
  stages: [{ stage: 'upload', status: 'DONE', seconds: 1.5 }],
  renditions: [{ label: '360p', bytes: 297_394, bitrate: 450_597 }],
  events: publishedEvents(),
  manifests: {
    hls: { key: 'GLOBAL/demo-1/hls/master.m3u8', scheme: 'cbcs', verified, wrongKeyRefused: true, problem: null },
    dash: { key: 'GLOBAL/demo-1/dash/manifest.mpd', scheme: 'cenc', verified, wrongKeyRefused: true, problem: null },
  },
  link: 'http://ui/namespaces/default/workflows/content%3Ademo-1/run-1/history',
  viewers: {
    trending: { before: null, after: 12.5 },
    notice: { userId: 'viewer-1', eventId: 'e-1', partition: 3, offset: '7', channels: ['PUSH', 'IN_APP'] },
    playback: { status: 200, manifestUrl: 'GLOBAL/demo-1/hls/master.m3u8', cacheControl: 'public, max-age=60' },
  },
  problems: [],
  ...changes,
});
