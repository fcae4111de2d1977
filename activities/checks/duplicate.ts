import { ReelwayError } from '../../contracts/model/errors';
import { findOriginal } from '../../platform/postgres/sources';
import type { Check } from './check';

/** Exactly the bytes that another creator uploaded before. The same creator may upload a file as often as they like. */
export const duplicateCheck: Check = {
  name: 'duplicate',
  async run({ pool, place, sourceSha256, creatorId }) {
    if (sourceSha256 === null) {
      throw new ReelwayError('CHECK_FAILED', 'The upload was taken on trust: its bytes were never read.', {
        retryable: false,
        hint: 'Set REELWAY_VERIFY=full, or take "duplicate" out of REELWAY_CHECKS.',
      });
    }
    const original = await findOriginal(pool, { ...place, sha256: sourceSha256, creatorId });
    if (original === null) return [];
    // Equal digests are equal bytes: there is no doubt that it is a copy, only whose right it is.
    const whole = { flagged_timestamp_start: null, flagged_timestamp_end: null };
    return [{ check_type: 'copyright', confidence_score: 1, ...whole }];
  },
};
