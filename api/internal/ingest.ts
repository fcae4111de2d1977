import type { z } from 'zod';
import { ReelwayError } from '../../contracts/model/errors';
import { UUID } from '../../contracts/model/ids';
import { episodeAssets, mediaProcessed, metricsRequest } from '../../contracts/schema/http';
import { contentRecord } from '../../contracts/schema/record';
import { timestampMs } from '../../contracts/schema/timestamp';
import type { AssetIntake } from '../../operations/assets/intake';
import { unknownContents, type MetricsIntake } from '../../operations/engagement/metrics-intake';
import { checkContentId, parseInput } from '../../operations/input';
import { register } from '../../operations/register';
import type { Pool } from '../../platform/postgres/pool';
import { onlyHeader } from '../only-header';

export const INGEST_PATH = '/internal';

export interface IngestDeps {
  pool: Pool;
  assets: AssetIntake;
  metrics: MetricsIntake;
}

/** A request, authenticated and parsed. id: of the path, '' where it names none. */
export interface IngestRequest {
  id: string;
  raw: Buffer;
  json: unknown;
  service: string;
  headers: string[];
}

export interface IngestRoute {
  readonly method: 'POST' | 'PUT';
  /** Below INGEST_PATH. */
  readonly path: string;
  readonly about: string;
  readonly body: z.ZodType;
  /** Of a success. */
  readonly statuses: readonly number[];
  /** Beside those that every route has. */
  readonly refusals: readonly number[];
  readonly run: (deps: IngestDeps, request: IngestRequest) => Promise<{ status: number; answer: object }>;
}

/** What a service registers: the record of a content, whose id stands in the path. */
const registration = contentRecord.omit({ contentId: true });

/** Every route that other services call; server and OpenAPI document are made from it. */
export const INGEST = {
  mediaProcessed: {
    method: 'POST',
    path: '/events/media-processed',
    about: 'How far the media of an episode are; the same as an event on upload.media.processed.',
    body: mediaProcessed,
    statuses: [202],
    refusals: [404, 412],
    run: async ({ assets }, { json, raw }) => {
      const { episodeId, ...body } = parseInput(mediaProcessed, json);
      const outcome = await assets.accept({ episodeId, body, at: Date.now(), raw });
      return { status: 202, answer: { episodeId, outcome } };
    },
  },
  episodeAssets: {
    method: 'POST',
    path: '/catalog/episodes/{id}/assets',
    about: 'The media of an episode, with captions and fallback art.',
    body: episodeAssets,
    statuses: [200],
    refusals: [404, 412],
    run: async ({ assets }, { id, json, raw }) => {
      if (!UUID.test(id))
        throw new ReelwayError('CONTENT_NOT_FOUND', 'An episode is named by a UUID; there is none of this name.');
      const body = parseInput(episodeAssets, json);
      const outcome = await assets.accept({ episodeId: id, body, at: Date.now(), raw });
      return { status: 200, answer: { episodeId: id, outcome } };
    },
  },
  engagementMetrics: {
    method: 'POST',
    path: '/events/engagement/metrics',
    about:
      'Scores, likes, views and ratings, all of a message or nothing, once: by event_id, else the Idempotency-Key header, else what it says with its receivedAt.',
    body: metricsRequest,
    statuses: [202],
    refusals: [404, 409],
    run: async ({ metrics: intake }, { json, headers, raw }) => {
      const { metrics, receivedAt, event_id: eventId } = parseInput(metricsRequest, json);
      const strangers = metrics.map(({ contentId }) => contentId).filter((id) => !UUID.test(id));
      if (strangers.length > 0) throw unknownContents(strangers);
      const outcome = await intake.count({
        ...{ route: 'engagement/metrics', metrics, eventId: eventId ?? null },
        receivedAt: receivedAt === undefined ? null : timestampMs(receivedAt),
        ...{ idempotencyKey: idempotencyKey(headers), bytes: raw.byteLength },
      });
      return { status: 202, answer: { outcome } };
    },
  },
  registerContent: {
    method: 'PUT',
    path: '/catalog/contents/{id}',
    about: 'The record of a content, before its upload or before its publication.',
    body: registration,
    statuses: [200, 201],
    refusals: [409],
    run: async ({ pool }, { id, json, service }) => {
      const record = { ...parseInput(registration, json), contentId: checkContentId(id) };
      const { content, outcome } = await register({ pool }, service, record);
      const { contentId, metadataVersion } = content;
      return { status: outcome === 'created' ? 201 : 200, answer: { contentId, metadataVersion, outcome } };
    },
  },
} as const satisfies Record<string, IngestRoute>;

const IDEMPOTENCY_KEY = 'idempotency-key';

/** Two of them would be one message to one reader and another to the next. */
function idempotencyKey(rawHeaders: string[]): string | null {
  const key = onlyHeader(rawHeaders, IDEMPOTENCY_KEY);
  if (key !== undefined && key.trim() !== '') return key;
  const isThere = rawHeaders.some((text, index) => index % 2 === 0 && text.toLowerCase() === IDEMPOTENCY_KEY);
  if (isThere) throw new ReelwayError('INPUT_INVALID', 'Idempotency-Key: must come once, and not be empty');
  return null;
}
