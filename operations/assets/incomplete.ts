import { ASSET_TOPIC } from '../../contracts/model/topics';
import type { NewDeadLetter } from '../../platform/postgres/dead-letters';
import type { AssetUpdate } from './accept';

/** Such a letter has no place on the topic: the same body makes one letter, wherever and however often it comes. */
const NO_PLACE = { partition: -1, offset: '0' } as const;

/** What is kept of a READY update that lacks something, as a record that goes in again once it is completed. */
export function incompleteLetter({ episodeId, body, at }: AssetUpdate, missing: string[]): NewDeadLetter {
  const { episodeId: _episodeId, ...rest } = body as AssetUpdate['body'] & { episodeId?: string };
  return {
    record: {
      ...{ topic: ASSET_TOPIC, ...NO_PLACE, timestamp: String(Math.round(at)), headers: {} },
      key: Buffer.from(episodeId),
      value: Buffer.from(JSON.stringify({ episodeId, ...rest })),
    },
    code: 'FAILED_PRECONDITION',
    reason: whatIsMissing(missing),
    ...{ eventId: null, contentId: episodeId, rowId: null },
  };
}

export const whatIsMissing = (missing: string[]): string =>
  `READY without ${missing.join(' and ')}${missing.includes('defaultThumbnailUrl') ? '; the episode has no thumbnail either' : ''}`;
