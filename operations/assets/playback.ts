import { ReelwayError } from '../../contracts/model/errors';
import type { AssetBody } from '../../contracts/schema/http';
import { markManifestMissing, readPlayable, type PlayableRow } from '../../platform/postgres/assets';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { checkContentId } from '../input';

/** What a viewer's player is told. Its keys are part of the HTTP contract; URLs of a service stand as it gave them. */
export interface Playback {
  episodeId: string;
  title: string | null;
  contentType: string | null;
  status: 'READY' | 'PENDING' | 'PROCESSING' | 'FAILED';
  manifestUrl: string;
  /** Of what we packaged ourselves; null: a service made it, and manifestUrl is all there is. */
  hlsManifestUrl: string | null;
  dashManifestUrl: string | null;
  thumbnailUrl: string | null;
  variants: NonNullable<AssetBody['variants']>;
  captions: NonNullable<AssetBody['captions']>;
  /** Only for viewers who are old enough; whoever shows it asks them. */
  ageGated: boolean;
}

/** How long an answer may be kept, and by whom. */
export type Caching = 'everybody' | 'viewer' | 'nobody';

export interface PlaybackDeps {
  pool: Pool;
  /** Put before paths of ours; null: they stay relative. */
  cdnBase: string | null;
  /** Told of each viewer who met content without a manifest. */
  onManifestMissing(): void;
}

/**
 * What a viewer needs to play visible content. Throws CONTENT_NOT_FOUND for what is not visible, whyever it is not, and
 * MANIFEST_MISSING, which also calls an admin.
 */
export async function playback(deps: PlaybackDeps, id: string): Promise<{ playback: Playback; caching: Caching }> {
  const content = await readPlayable(deps.pool, checkContentId(id));
  if (!content || (content.visibility !== 'PUBLISHED' && content.visibility !== 'AGE_GATED')) {
    throw new ReelwayError('CONTENT_NOT_FOUND', 'There is no such episode, or it is not to be seen.', {
      hint: 'Look for it in the catalogue.',
    });
  }
  const { asset, hlsManifest, dashManifest } = content;
  const ours = hlsManifest !== null && dashManifest !== null && !isForeign(hlsManifest);
  const manifestUrl = ours ? joined(deps.cdnBase, hlsManifest) : (asset?.manifestUrl ?? null);
  if (manifestUrl === null) throw await missing(deps, content);
  return {
    playback: {
      episodeId: content.contentId,
      ...{ title: content.title, contentType: content.contentType },
      status: ours ? 'READY' : (asset?.status ?? 'READY'),
      manifestUrl,
      hlsManifestUrl: ours ? manifestUrl : null,
      dashManifestUrl: ours ? joined(deps.cdnBase, dashManifest) : null,
      thumbnailUrl: asset?.thumbnailUrl ?? asset?.fallbackArtUrl ?? null,
      variants: ours ? [] : (asset?.variants ?? []),
      captions: asset?.captions ?? [],
      ageGated: content.visibility === 'AGE_GATED',
    },
    caching: cachingOf(content, ours),
  };
}

async function missing(deps: PlaybackDeps, { contentId, attention }: PlayableRow): Promise<ReelwayError> {
  deps.onManifestMissing();
  // The first viewer calls; the many after it must not hold a connection each while the asset's lock is taken.
  if (!attention) await inTransaction(deps.pool, (db) => markManifestMissing(db, contentId));
  return new ReelwayError('MANIFEST_MISSING', `Episode ${contentId} is visible, and has no manifest.`, {
    hint: 'Its operators are told. Ask again later.',
  });
}

/** NG stays out of caches that the world shares, and what is age-gated out of those that cannot ask. */
function cachingOf({ asset, residency, visibility }: PlayableRow, ours: boolean): Caching {
  if (!ours && asset !== null && !asset.cacheable) return 'nobody';
  return residency === 'NG' || visibility === 'AGE_GATED' ? 'viewer' : 'everybody';
}

/** What a service made stands in the record as the URL that it gave; a set of ours as a path. */
const isForeign = (manifest: string): boolean => /^https?:/i.test(manifest);

const joined = (base: string | null, path: string): string =>
  base === null ? path : `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
