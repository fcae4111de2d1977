import { ReelwayError } from '../../contracts/model/errors';

/** One sentence about what is wrong with a packaged set. */
export const setInvalid = (why: string, cause?: unknown): ReelwayError =>
  new ReelwayError('PACKAGE_INVALID', `The packaged set is not right: ${why}.`, { cause });
