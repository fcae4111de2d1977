import { mkdir } from 'node:fs/promises';
import type { TranscodeResult } from '../../contracts/model/work';
import type { OperationsDeps } from '../../operations/deps';
import type { ShownContent } from '../../operations/show';
import { openKeyStore } from '../../platform/keys/key-store';
import { openFilesystemObjects } from '../../platform/objects/filesystem';
import { listOutputs } from '../../platform/postgres/outputs';
import { ReelwayError } from '../../contracts/model/errors';
import { checkEvents } from './check-events';
import { readBack } from './events';
import { checkManifests } from './manifests';
import type { PublishedClip } from './publish-clip';
import type { DemoReport } from './report';
import { timeId } from './time-id';
import type { ViewersReport } from './viewers';

const SECOND_MS = 1_000;

/** Looks at a published content from outside: what consumers read from Kafka, what players find in the object store. */
export async function examine(
  deps: OperationsDeps,
  { shown, seconds }: PublishedClip,
  viewers: ViewersReport,
  signal: AbortSignal,
): Promise<DemoReport> {
  const sent = [...shown.milestones, ...shown.notices];
  const expected = sent.map((event) => event.eventId);
  const { contentId } = shown;
  const events = await readBack(deps.kafka(), {
    groupId: `reader-of-${contentId}-${timeId()}`,
    contentId,
    expected,
    signal,
  });
  const manifests = await openAndCheck(deps, shown, signal);
  return {
    ...{ contentId, workflowId: shown.workflowId, title: shown.title ?? '' },
    ...{ status: shown.status, visibility: shown.visibility, seconds, events, manifests, viewers },
    stages: shown.stages.map(({ stage, status, startedAt, endedAt }) => ({
      ...{ stage, status },
      seconds:
        startedAt === null || endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / SECOND_MS,
    })),
    renditions: await renditionsOf(deps, shown),
    historyEvents: shown.run.historyEvents,
    link: shown.run.link === null ? null : `${shown.run.link}/history`,
    problems: [
      ...checkState(shown),
      ...checkViewers(viewers),
      ...checkEvents(sent, events).map((problem) => `events: ${problem}`),
      ...Object.entries(manifests).flatMap(([name, { problem }]) => (problem === null ? [] : [`${name}: ${problem}`])),
    ],
  };
}

async function openAndCheck(
  { pool, config }: OperationsDeps,
  { manifests, contentId }: ShownContent,
  signal: AbortSignal,
): Promise<DemoReport['manifests']> {
  if (manifests === null) throw new ReelwayError('DEMO_FAILED', `${contentId} is published without manifests.`);
  await mkdir(config.tempDir, { recursive: true });
  const objects = await openFilesystemObjects(config.objects);
  const keys = await openKeyStore(pool, config.keys);
  return checkManifests({ objects, keys, tools: config.media, tempDir: config.tempDir, signal }, manifests);
}

/** In the order of the ladder, as encoded: an encoder stays below the bitrate it is given. */
async function renditionsOf({ pool }: OperationsDeps, shown: ShownContent): Promise<DemoReport['renditions']> {
  const { contentId, generation, revision } = shown;
  const outputs = await listOutputs(pool, { contentId, generation, revision, stage: 'transcode' });
  return shown.renditions.flatMap(({ label }) => {
    const output = outputs.find((one) => one.variant === label);
    if (!output) return [];
    const { durationSeconds } = output.meta as TranscodeResult;
    return { label, bytes: output.bytes, bitrate: Math.round((output.bytes * 8) / durationSeconds) };
  });
}

const checkViewers = ({ trending: { before, after }, playback }: ViewersReport): string[] => [
  ...(after !== null && after > (before ?? 0) ? [] : ['its score did not grow']),
  ...(playback.status === 200 && playback.manifestUrl !== '' ? [] : [`playback answers ${String(playback.status)}`]),
];

function checkState({ status, visibility, run, facts, renditions, milestones }: ShownContent): string[] {
  const upload = facts.find((fact) => fact.topic === 'media.upload.initiated');
  const unsent = milestones.filter((event) => !event.sent).length;
  return [
    ...(status === 'PUBLISHED' && visibility === 'PUBLISHED' ? [] : [`it is ${status} and visible as ${visibility}`]),
    ...(run.status === 'COMPLETED' ? [] : [`the run is ${run.status ?? 'unknown'} in Temporal, not COMPLETED`]),
    ...(upload?.outcome === 'applied' ? [] : [`the outcome of the upload event is ${upload?.outcome ?? 'not known'}`]),
    ...(renditions.length > 0 && renditions.every((one) => one.status === 'DONE')
      ? []
      : ['not every rendition is done']),
    ...(unsent === 0 ? [] : [`${String(unsent)} events are not sent`]),
  ];
}
