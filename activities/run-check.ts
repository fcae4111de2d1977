import { ReelwayError } from '../contracts/model/errors';
import type { CheckInput, CheckResult } from '../contracts/model/work';
import { readContent } from '../platform/postgres/contents';
import type { Attempt } from './attempt';
import { CHECKS } from './checks';
import type { ActivityDeps } from './deps';

/** Runs the named check. Errors: CHECK_FAILED, not retryable where there is no such check. */
export async function runCheck({ pool }: ActivityDeps, attempt: Attempt, input: CheckInput): Promise<CheckResult> {
  const check = CHECKS.find(({ name }) => name === input.check);
  if (check === undefined) {
    const known = CHECKS.map(({ name }) => name).join(', ');
    throw new ReelwayError('CHECK_FAILED', `There is no check "${input.check}"; there are ${known}.`, {
      retryable: false,
      hint: 'Correct REELWAY_CHECKS, or decide the content by hand.',
    });
  }
  // Read before the check looks: what changes meanwhile is then seen as a change.
  const metadataVersion = (await readContent(pool, input.place.contentId))?.metadataVersion ?? 0;
  const flags = await check.run({ ...input, pool, signal: attempt.signal });
  return { check: check.name, flags, metadataVersion };
}
