import { ReelwayError } from '../../contracts/model/errors';
import type { Flag } from '../../contracts/model/facts';
import { readContent } from '../../platform/postgres/contents';
import type { Check } from './check';
import { harshestWord } from './word-list';

/** Title, description and tags, as they are registered now. A content without a record has no text. */
export const textCheck: Check = {
  name: 'text',
  async run({ pool, place }) {
    const record = await readContent(pool, place.contentId);
    if (record === null) throw new ReelwayError('CHECK_FAILED', `There is no content ${place.contentId}.`);
    const texts = [record.title, record.description, ...record.tags].filter((text) => text !== null);
    return flagsOf(Math.max(0, ...texts.map(harshestWord)));
  },
};

/** hate_speech counts from here on. */
const THRESHOLD = 0.75;

/** One flag for all texts; it has no times, and it does not repeat the words. */
const flagsOf = (confidence: number): Flag[] =>
  confidence <= THRESHOLD
    ? []
    : [
        {
          check_type: 'hate_speech',
          confidence_score: confidence,
          flagged_timestamp_start: null,
          flagged_timestamp_end: null,
        },
      ];
