import { z } from 'zod';
import { asset, assetConflicts, type MediaAsset } from '../assets/read';
import { MASK, operation } from './operation';

const episodeId = z.string().meta({ description: 'id of the episode, which is its content id' });

const mask = (url: string | null): string | null => (url === null ? null : MASK);

const maskedAsset = (shown: MediaAsset): MediaAsset => ({
  ...shown,
  manifestUrl: mask(shown.manifestUrl),
  thumbnailUrl: mask(shown.thumbnailUrl),
  fallbackArtUrl: mask(shown.fallbackArtUrl),
  captions: shown.captions?.map(({ lang }) => ({ lang, url: MASK })) ?? null,
});

export const assetOperations = {
  asset: operation({
    method: 'GET',
    path: '/assets/{episodeId}',
    right: 'viewer',
    about: 'What another service last said of the media of an episode. URLs are shown to admins.',
    input: z.strictObject({ episodeId }),
    run: (deps, _actor, input) => asset(deps, input.episodeId),
    masked: maskedAsset,
  }),
  assetConflicts: operation({
    method: 'GET',
    path: '/asset-conflicts',
    right: 'viewer',
    about: 'Updates of media assets that came after a newer one and changed nothing, newest first.',
    input: z.strictObject({
      episodeId: episodeId.exactOptional(),
      limit: z.int().min(1).exactOptional(),
      after: z
        .string()
        .regex(/^\d{1,18}$/, 'must be an id from the list')
        .exactOptional()
        .meta({ description: 'the next page: the last id of the page before' }),
    }),
    run: (deps, _actor, input) => assetConflicts(deps, input),
  }),
};
