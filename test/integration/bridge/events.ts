import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Fact } from '../../../contracts/model/facts';
import { createIntake } from '../../../bridge/inbound/intake';
import { workflowIdOf } from '../../../contracts/model/ids';
import type { KafkaRecord } from '../../../contracts/model/ports';
import type { Snapshot } from '../../../contracts/model/lifecycle';
import { usualSource } from '../../support/topics';
import type { World } from '../../support/world';

let counter = 0;
/** A content nobody else in this file uses. */
export const newContentId = (): string => `content-${String(++counter)}`;

export const upload = (contentId: string, session = `session-of-${contentId}`) => ({
  upload_session_id: session,
  content_id: contentId,
  creator_id: 'creator-1',
  s3_raw_key: `raw/${contentId}/${session}.mp4`,
  residency: 'GLOBAL',
  content_type: 'VIDEO',
});

export const transcoded = (contentId: string, seconds = 12) => ({
  content_id: contentId,
  renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${contentId}/g1/r1/360p.mp4` }],
  audio_tracks: [{ bitrate: 128_000, lang: 'und', s3_key: `GLOBAL/${contentId}/g1/r1/a128.mp4` }],
  duration_seconds: seconds,
});

export const flagged = (contentId: string) => ({
  content_id: contentId,
  creator_id: 'creator-1',
  flags: [
    { check_type: 'hate_speech', confidence_score: 0.9, flagged_timestamp_start: null, flagged_timestamp_end: null },
  ],
  queue_priority: 'STANDARD',
});

export const approved = (contentId: string) => ({
  content_id: contentId,
  reviewer_id: 'reviewer-1',
  decision: 'APPROVED',
});

export const snapshot = (contentId: string, over: Partial<Snapshot> = {}): Snapshot => ({
  contentId,
  generation: 1,
  revision: 1,
  stateVersion: 1,
  stage: 'upload',
  status: 'RUNNING',
  visibility: 'HIDDEN',
  attention: false,
  code: null,
  since: Date.now(),
  uploadSessionId: `session-of-${contentId}`,
  creatorId: 'creator-1',
  residency: 'GLOBAL',
  contentType: 'VIDEO',
  stages: [],
  renditions: [],
  manifests: null,
  ...over,
});

export interface SeenRun {
  runId: string;
  /** One entry per signal, in order. */
  signals: Fact[][];
  input: { generation: number; carried?: unknown };
}

/** Every run of a content that Temporal knows, oldest first, as its history tells; no worker is needed. */
export async function runsOf(world: World, contentId: string): Promise<SeenRun[]> {
  const workflowId = workflowIdOf(contentId);
  const { client } = world.temporal;
  const runs: SeenRun[] = [];
  try {
    const newest = await client.workflow.getHandle(workflowId).describe();
    runs.push(await readRun(world, workflowId, newest.runId));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    if (runs.every((run) => run.runId !== runId)) runs.unshift(await readRun(world, workflowId, runId));
  }
  return runs;
}

async function readRun(world: World, workflowId: string, runId: string): Promise<SeenRun> {
  const { events } = await world.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const decode = (payload: unknown): unknown =>
    defaultPayloadConverter.fromPayload(payload as Parameters<typeof defaultPayloadConverter.fromPayload>[0]);
  const started = events?.find((event) => event.workflowExecutionStartedEventAttributes);
  return {
    runId,
    input: decode(started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]) as SeenRun['input'],
    signals: (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal ? [decode(signal.input?.payloads?.[0]) as Fact[]] : [],
    ),
  };
}

export const kinds = (run: SeenRun | undefined): string[] => (run?.signals ?? []).flat().map((fact) => fact.body.kind);

/** What became of the events of a content, in the order in which they came. */
export async function outcomesOf(world: World, contentId: string) {
  const { rows } = await world.pool.query<{
    topic: string;
    outcome: string | null;
    code: string | null;
    repeats: number;
  }>('SELECT topic, outcome, code, repeats FROM event_ids WHERE content_id = $1 ORDER BY row_id', [contentId]);
  return rows;
}

export async function deadLetters(world: World, contentId?: string) {
  const { rows } = await world.pool.query<{ code: string; value: Buffer | null; headers: object; resolved: boolean }>(
    `SELECT code, value, headers, resolved_at IS NOT NULL AS resolved FROM dead_letters
     WHERE $1::text IS NULL OR content_id = $1 ORDER BY id`,
    [contentId ?? null],
  );
  return rows;
}

/** Partitions of which records that were taken in came again. */
export async function wentBack(world: World, topic: string): Promise<number> {
  const { rowCount } = await world.pool.query(
    'SELECT 1 FROM partition_watermarks WHERE topic = $1 AND went_back_at IS NOT NULL',
    [topic],
  );
  return rowCount ?? 0;
}

export async function contentRow(world: World, contentId: string) {
  const { rows } = await world.pool.query<Record<string, unknown>>('SELECT * FROM contents WHERE content_id = $1', [
    contentId,
  ]);
  return rows[0];
}

let offset = 0;
/** A record as the consumer would hand it over, for tests of the intake alone. */
export function recordOf(
  topic: string,
  payload: object,
  over: { eventId: string; at?: string; source?: string; offset?: number; headers?: Record<string, string> },
): KafkaRecord {
  return {
    topic,
    partition: 0,
    offset: String(over.offset ?? ++offset),
    timestamp: String(Date.now()),
    key: Buffer.from('key'),
    value: Buffer.from(
      JSON.stringify({
        event_id: over.eventId,
        timestamp: over.at ?? new Date().toISOString(),
        source_service: over.source ?? usualSource(topic),
        payload,
      }),
    ),
    headers: over.headers ?? {},
  };
}

/** The way into a world's inbox, without a bridge. */
export const intakeOf = ({ pool, log }: World, lateFlag: 'hide' | 'attention' = 'hide') =>
  createIntake({ pool, log, lateFlag, ...UNGUARDED, onTaken: () => undefined });

/** Takes records in whose duration is a word: each is dead, and goes in once its schema-valid bytes are stored. */
export const takeDead = (world: World, contentId: string, count: number): Promise<unknown> => {
  const payload = { ...transcoded(contentId), duration_seconds: 'twelve' };
  return intakeOf(world)(
    Array.from({ length: count }, () => recordOf('media.transcoded', payload, { eventId: randomUUID() })),
  );
};

/** An intake that neither holds partitions nor pauses starts. */
export const UNGUARDED = {
  breaker: { minRecords: 1, share: 0 },
  pauses: { last: () => undefined, pause: () => Promise.resolve() },
  guard: { count: () => undefined },
};
