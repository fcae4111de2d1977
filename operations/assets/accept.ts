import type { Fact } from '../../contracts/model/facts';
import { missingWhenReady, type AssetBody } from '../../contracts/schema/http';
import { timestampMs } from '../../contracts/schema/timestamp';
import { payloadHash } from '../../platform/events/identity';
import {
  insertConflicts,
  lockAssets,
  readStandingAssets,
  upsertAssets,
  type NewAsset,
  type StandingAsset,
} from '../../platform/postgres/assets';
import type { PoolClient } from '../../platform/postgres/pool';

/** One update of an episode, validated. at: when it came in or, where it knows, when it was sent; ms since 1970. */
export interface AssetUpdate {
  episodeId: string;
  body: AssetBody;
  at: number;
  /** The bytes as they came: they hold the fields that we do not know. */
  raw: Buffer;
}

/**
 * What became of an update.
 * - applied: it stands. fact: what the run of the content hears of it. isRestored: viewers had met it without a manifest,
 *   of which it has one now
 * - unchanged: it stood already
 * - conflict: a newer one stands; logged
 * - incomplete: READY without what a READY asset must have, and nothing as new has it; nothing was stored of it
 * - unknown: nobody knows the content
 */
export type AssetResult =
  | { is: 'applied'; version: number; bodyHash: Buffer; fact: AssetFactOf; isRestored: boolean }
  | { is: 'unchanged' | 'conflict' | 'unknown' }
  | { is: 'incomplete'; missing: ReturnType<typeof missingWhenReady> };

export type AssetFactOf = Omit<Fact, 'row' | 'eventId'>;

/**
 * Takes updates in, whichever way they came, in the order of the list; the order in which they arrive does not matter.
 * mustBeKnown: an update of a content that nobody knows is refused; else it stands, and its fact waits for the upload.
 */
export async function acceptAssets(
  db: PoolClient,
  updates: AssetUpdate[],
  { mustBeKnown, now = Date.now() }: { mustBeKnown: boolean; now?: number },
): Promise<AssetResult[]> {
  const results = new Map<AssetUpdate, AssetResult>();
  // Two of the same words that say no time would not see one another, and each would stand as newer than the other. And a
  // batch meets rows in rounds and kinds, an update of an episode first and conflicts later: without these locks two
  // batches could take the rows of the same episodes in opposite orders.
  await lockAssets(
    db,
    updates.map(({ episodeId }) => episodeId),
  );
  for (let rest = updates; rest.length > 0; rest = rest.filter((one) => !results.has(one))) {
    await acceptRound(db, firstOfEach(rest), { mustBeKnown, now }, results);
  }
  return updates.map((update) => results.get(update) ?? { is: 'unchanged' });
}

function firstOfEach(updates: AssetUpdate[]): AssetUpdate[] {
  const firsts = new Map<string, AssetUpdate>();
  for (const update of updates) if (!firsts.has(update.episodeId)) firsts.set(update.episodeId, update);
  return [...firsts.values()];
}

type How = { mustBeKnown: boolean; now: number };
type Candidate = NewAsset & { update: AssetUpdate; isRestored: boolean };

/** One update per episode. */
async function acceptRound(
  db: PoolClient,
  updates: AssetUpdate[],
  how: How,
  results: Map<AssetUpdate, AssetResult>,
): Promise<void> {
  const standing = await readStandingAssets(
    db,
    updates.map(({ episodeId }) => episodeId),
  );
  const candidates: Candidate[] = [];
  const stale: Candidate[] = [];
  for (const update of updates) {
    const stands = standing.get(update.episodeId);
    if (!stands) continue;
    const candidate = toCandidate(update, stands, how.now);
    const refused = refusalOf(update, stands, candidate, how);
    if (refused === 'stale') stale.push(candidate);
    else if (refused) results.set(update, refused);
    else candidates.push(candidate);
  }
  const applied = await upsertAssets(db, candidates);
  const late = [...stale, ...candidates.filter(({ episodeId }) => !applied.has(episodeId))];
  const same = await insertConflicts(db, late);
  for (const one of late) results.set(one.update, { is: same.has(one.episodeId) ? 'unchanged' : 'conflict' });
  for (const one of candidates) if (applied.has(one.episodeId)) results.set(one.update, appliedAs(one));
}

function refusalOf(
  { body }: AssetUpdate,
  standing: StandingAsset,
  asset: NewAsset,
  { mustBeKnown }: How,
): AssetResult | 'stale' | null {
  if (mustBeKnown && standing.phase === null) return { is: 'unknown' };
  if (isSame(standing, asset)) return { is: 'unchanged' };
  const missing = missingWhenReady(body, standing.hasThumbnail);
  if (missing.length === 0) return null;
  return isPlayableSince(standing, asset.version) ? 'stale' : { is: 'incomplete', missing };
}

/** What an update of then lacks, the episode has got since, or from a person who completed that very update. */
const isPlayableSince = ({ status, hasManifest, version }: StandingAsset, then: number): boolean =>
  status === 'READY' && hasManifest && version !== null && then <= version.getTime();

/** The same words without a time of their own, so soon after, are a repeat; later the service says them anew. */
const REPEATED_WITHIN_MS = 5 * 60_000;

/** A READY whose manifest is gone is said again to bring it back. */
function isSame({ bodyHash, version, status, hasManifest }: StandingAsset, asset: NewAsset): boolean {
  if (bodyHash?.equals(asset.bodyHash) !== true || (status === 'READY' && !hasManifest)) return false;
  return asset.body.occurredAt !== undefined || asset.version - (version?.getTime() ?? 0) < REPEATED_WITHIN_MS;
}

/** A sender's clock may be a little ahead; one that is far ahead would keep every later update out. */
const AHEAD_MS = 5 * 60_000;

function toCandidate(update: AssetUpdate, standing: StandingAsset, now: number): Candidate {
  const { episodeId, body, at } = update;
  const claimed = body.occurredAt === undefined ? at : timestampMs(body.occurredAt);
  const version = Math.min(claimed, now + AHEAD_MS);
  const isRestored = standing.isMissed && (standing.hasManifest || (body.manifestUrl ?? null) !== null);
  return { episodeId, version, bodyHash: hashOf(body), body, residency: standing.residency, update, isRestored };
}

/** Without the episode, which only one of the two bodies names. */
function hashOf(body: AssetBody): Buffer {
  const { episodeId: _episodeId, ...rest } = body as AssetBody & { episodeId?: string };
  return payloadHash('upload.media.processed', rest);
}

const appliedAs = ({ version, bodyHash, body, isRestored }: Candidate): AssetResult => ({
  ...{ is: 'applied', version, bodyHash, isRestored },
  fact: factOf(version, bodyHash, body),
});

/** READY, FAILED and READY again are three facts, though the first and the last say the same. */
const factOf = (version: number, bodyHash: Buffer, body: AssetBody): AssetFactOf => ({
  key: `${String(version)}:${bodyHash.toString('hex')}`,
  at: version,
  body: {
    kind: 'asset',
    status: body.status,
    manifestUrl: body.manifestUrl ?? null,
    labels: (body.variants ?? []).map(({ label }) => label),
    reason: body.reason ?? null,
  },
});
