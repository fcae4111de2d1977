import type { Flag } from '../../contracts/model/facts';
import type { CheckInput } from '../../contracts/model/work';
import type { Pool } from '../../platform/postgres/pool';

export interface CheckContext extends CheckInput {
  pool: Pool;
  signal: AbortSignal;
}

/**
 * One moderation check. It answers with flags, none where it found nothing; it throws where it could not look
 * (CHECK_FAILED), for what was not looked at is not clean.
 */
export interface Check {
  /** As REELWAY_CHECKS names it. */
  readonly name: string;
  run(context: CheckContext): Promise<Flag[]>;
}
