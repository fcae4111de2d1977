import { z } from 'zod';
import { ASSET_STATUSES } from '../model/status';
import { count, id, language, line, runningText, timestamp, uuid, webUrl } from './fields';

const MAX_LABEL_LENGTH = 64;
const MAX_VARIANTS = 100;
const MAX_CAPTIONS = 200;
const MAX_REASON_LENGTH = 500;
/** One request is one transaction. */
const MAX_METRICS = 1_000;
const MAX_RATING = 5;

const variant = z.object({
  label: line(MAX_LABEL_LENGTH),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  bitrateKbps: z.number().positive().optional(),
  codec: line(MAX_LABEL_LENGTH).optional(),
  frameRate: z.number().positive().optional(),
});

const captions = z
  .array(z.object({ lang: language, url: webUrl }))
  .max(MAX_CAPTIONS)
  .optional();

const assetFields = {
  status: z.enum(ASSET_STATUSES),
  sourceUploadId: id.optional(),
  streamingAssetId: id.optional(),
  manifestUrl: webUrl.optional(),
  defaultThumbnailUrl: webUrl.optional(),
  variants: z.array(variant).min(1).max(MAX_VARIANTS).optional(),
  /** An addition of ours, with FAILED: why, for whoever looks at the content. */
  reason: runningText(MAX_REASON_LENGTH).optional(),
  occurredAt: timestamp.optional(),
};

const hasVariants = (asset: { status: string; variants?: unknown[] | undefined }): boolean =>
  asset.status !== 'READY' || asset.variants !== undefined;
const VARIANTS_RULE = { path: ['variants'], message: 'must be there when status is READY' };

/**
 * Body of media-processed, the same over Kafka and HTTP. READY without a manifest or thumbnail passes here: it is
 * answered with 412 and kept for an operator (see `missingWhenReady`), not refused as malformed.
 */
export const mediaProcessed = z
  .object({
    episodeId: uuid,
    ...assetFields,
    // Of the webhook: what was quarantined there comes in again as an event. Anything else under these names is ignored.
    captions: captions.catch(undefined),
    fallbackArtUrl: webUrl.optional().catch(undefined),
  })
  .refine(hasVariants, VARIANTS_RULE);

/** Body of the assets webhook; the episode is in its path. All that either body can say of an episode. */
export const episodeAssets = z
  .object({
    ...assetFields,
    captions,
    fallbackArtUrl: webUrl.optional(),
  })
  .refine(hasVariants, VARIANTS_RULE);

export type AssetBody = z.infer<typeof episodeAssets>;
type Asset = Pick<AssetBody, 'status' | 'manifestUrl' | 'defaultThumbnailUrl'>;

/** What a READY asset lacks (412). A thumbnail that the episode already has counts; the caller knows whether it has one. */
export function missingWhenReady(asset: Asset, hasThumbnail: boolean): ('manifestUrl' | 'defaultThumbnailUrl')[] {
  if (asset.status !== 'READY') return [];
  const missing: ('manifestUrl' | 'defaultThumbnailUrl')[] = [];
  if (asset.manifestUrl === undefined) missing.push('manifestUrl');
  if (asset.defaultThumbnailUrl === undefined && !hasThumbnail) missing.push('defaultThumbnailUrl');
  return missing;
}

const metricsOf = <I extends z.ZodType<string>>(contentId: I) =>
  z
    .array(
      z.object({
        contentId,
        score: z.number().nonnegative(),
        likes: count.optional(),
        views: count.optional(),
        rating: z.number().min(0).max(MAX_RATING).optional(),
      }),
    )
    .min(1)
    .max(MAX_METRICS);

/** Body of engagement metrics on their topic. */
export const engagementMetrics = z.object({ metrics: metricsOf(uuid), receivedAt: timestamp.optional() });

/**
 * The same over HTTP, where any text that is no UUID, empty and endless ones too, is answered with 404, like one that nobody
 * knows. event_id: of the message, where its sender has one.
 */
export const metricsRequest = z.object({
  metrics: metricsOf(z.string().meta({ description: 'a UUID' })),
  receivedAt: timestamp.optional(),
  event_id: uuid.optional(),
});
