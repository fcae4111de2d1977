import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MILESTONE_TOPICS } from '../../contracts/model/topics';
import { show } from '../../operations/show';
import { eventually } from './eventually';
import { nameHistory } from './record-histories';
import { TestFailure } from './test-failure';
import type { World } from './world';

/** What `content show -o json` says; the keys that tests read. */
export interface Shown {
  contentId: string;
  generation: number;
  revision: number;
  stage: string;
  status: string;
  visibility: string;
  attention: boolean;
  failureCode: string | null;
  /** ISO 8601. */
  since: string;
  stages: { stage: string; status: string; attempt: number; code: string | null }[];
  renditions: { label: string; status: string }[];
  milestones: { topic: string; eventId: string; sequence: number | null; sent: unknown }[];
  facts: { topic: string; eventId: string; outcome: string | null; code: string | null }[];
}

export interface ItemOptions {
  id?: string;
  creator?: string;
  /** null: it is not registered, so that it has no record. */
  title?: string | null;
  type?: 'VIDEO' | 'AUDIO';
  residency?: 'GLOBAL' | 'NG';
  /** Under this name the item's history joins the replay corpus when one is recorded. */
  history?: string;
  /** File to store as the raw object; null: none is stored. */
  clip?: string | null;
}

/** One content item of a test, spoken to as the outside world does: the CLI for its record, Kafka for everything else. */
export interface Item {
  id: string;
  session: string;
  rawKey: string;
  /** Publishes the upload event; the same session again is the same upload. */
  upload(change?: { session?: string; eventId?: string; timestamp?: string; clip?: string }): Promise<string>;
  transcoded(at?: string): Promise<string>;
  packaged(at?: string): Promise<string>;
  flagged(at?: string): Promise<string>;
  approved(decision: 'APPROVED' | 'AGE_GATED' | 'EDIT_REQUESTED', at?: string): Promise<string>;
  show(): Promise<Shown>;
  /** Resolves once the content shows all of this. */
  reaches(wanted: Partial<Shown>, withinMs?: number): Promise<Shown>;
  /** How often each topic of ours was told about this content, transitions left out. */
  told(): Promise<Record<string, number>>;
}

/** A service's own clock: each event is a second later than the one before, so that tests need not wait for time to pass. */
let clock = Date.now() - 3_600_000;
const nextTime = (): string => new Date((clock += 1_000)).toISOString();

export async function createItem(world: World, options: ItemOptions = {}): Promise<Item> {
  const id = options.id ?? `c-${randomUUID()}`;
  const creator = options.creator ?? `creator-${id}`;
  const type = options.type ?? 'VIDEO';
  const residency = options.residency ?? 'GLOBAL';
  const session = `s-${randomUUID()}`;
  const keyOf = (upload: string): string => `raw/${id}/${upload}/clip.mp4`;
  const store = (upload: string, clip: string): void => {
    const path = join(world.dirs.objects, keyOf(upload));
    mkdirSync(dirname(path), { recursive: true });
    cpSync(clip, path);
  };
  const { title = 'A walk in the park' } = options;
  if (title !== null) await register(world, { id, creator, title, type, residency });
  if (options.clip) store(session, options.clip);
  if (options.history) nameHistory(id, options.history);
  const look = (): Promise<Shown> => showContent(world, id);
  return {
    id,
    session,
    rawKey: keyOf(session),
    upload: ({ session: again = session, eventId, timestamp = nextTime(), clip } = {}) => {
      if (clip !== undefined) store(again, clip);
      const payload = {
        upload_session_id: again,
        content_id: id,
        creator_id: creator,
        s3_raw_key: keyOf(again),
        residency,
        content_type: type,
      };
      return world.topics.send('media.upload.initiated', payload, { timestamp, ...(eventId && { eventId }) });
    },
    transcoded: (timestamp = nextTime()) =>
      world.topics.send('media.transcoded', transcodedPayload(id), { timestamp, source: 'transcoding-worker' }),
    packaged: (timestamp = nextTime()) =>
      world.topics.send('media.drm.packaged', packagedPayload(id), { timestamp, source: 'drm-packaging-worker' }),
    flagged: (timestamp = nextTime()) =>
      world.topics.send('moderation.flagged', flaggedPayload(id, creator), { timestamp, source: 'moderation-worker' }),
    approved: (decision, timestamp = nextTime()) =>
      world.topics.send(
        'moderation.approved',
        { content_id: id, reviewer_id: 'r-17', decision },
        { timestamp, source: 'admin-control-plane' },
      ),
    show: look,
    reaches: (wanted, withinMs) => reaches(id, look, wanted, withinMs),
    told: () => told(world, id),
  };
}

async function register(
  world: World,
  record: { id: string; creator: string; title: string; type: string; residency: string },
): Promise<void> {
  const { id, creator, title, type, residency } = record;
  const run = await world.runReelway([
    ...['content', 'register', id, '--creator', creator, '--title', title, '--type', type, '--residency', residency],
  ]);
  if (run.code !== 0) throw new TestFailure(`content register ended with ${String(run.code)}: ${run.stderr}`);
}

/** The operation behind `content show`, without a process each time. */
async function showContent(world: World, id: string): Promise<Shown> {
  const { pool, config, log, kafka, redis, temporal } = world;
  const shown = await show(
    { pool, config, log, kafka: () => kafka, redis: () => redis, temporal: () => Promise.resolve(temporal) },
    id,
  );
  return shown as unknown as Shown;
}

async function reaches(
  id: string,
  look: () => Promise<Shown>,
  wanted: Partial<Shown>,
  withinMs = 90_000,
): Promise<Shown> {
  let last: Shown | undefined;
  try {
    return await eventually(
      `${id} is ${JSON.stringify(wanted)}`,
      async () => {
        last = await look();
        const seen = last as unknown as Record<string, unknown>;
        return Object.entries(wanted).every(([key, value]) => seen[key] === value) ? last : null;
      },
      withinMs,
    );
  } catch (error) {
    throw new TestFailure(`${id} is not ${JSON.stringify(wanted)} but ${JSON.stringify(last)}`, error);
  }
}

const OURS = MILESTONE_TOPICS.filter((topic) => topic !== 'internal.lifecycle.events');

/** A status is in Postgres a moment before its milestones are in Kafka. */
export async function allHasLeft(world: World, id: string): Promise<void> {
  await eventually(`all milestones of ${id} have left`, async () => {
    const unsent = await world.pool.query(
      `SELECT 1 FROM milestones WHERE content_id = $1 AND sent_at IS NULL
       UNION ALL SELECT 1 FROM notices WHERE content_id = $1 AND sent_at IS NULL`,
      [id],
    );
    return unsent.rows.length === 0;
  });
}

/** Counted on the wire, once everything that is stored has left: every record of ours in the topic, repeats included. */
async function told(world: World, id: string): Promise<Record<string, number>> {
  await allHasLeft(world, id);
  const counted = await Promise.all(
    OURS.map(async (topic) => {
      const records = await world.topics.read(topic);
      const ours = records.filter(({ json }) => json.source_service === 'reelway' && json.payload['content_id'] === id);
      return [topic, ours.length] as const;
    }),
  );
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

const transcodedPayload = (id: string): Record<string, unknown> => ({
  content_id: id,
  renditions: [{ resolution: '360p', bitrate: 400_000, s3_key: `GLOBAL/${id}/360p.mp4` }],
  audio_tracks: [{ bitrate: 64_000, lang: 'en', s3_key: `GLOBAL/${id}/a64.mp4` }],
  duration_seconds: 5,
});

const packagedPayload = (id: string): Record<string, unknown> => ({
  content_id: id,
  hls_manifest_url: `/GLOBAL/${id}/master.m3u8`,
  dash_manifest_url: `/GLOBAL/${id}/manifest.mpd`,
  cek_id: `cek-${id}`,
});

const flaggedPayload = (id: string, creator: string): Record<string, unknown> => ({
  content_id: id,
  creator_id: creator,
  flags: [
    { check_type: 'harmful_imagery', confidence_score: 0.9, flagged_timestamp_start: 1, flagged_timestamp_end: 2 },
  ],
  queue_priority: 'STANDARD',
});
