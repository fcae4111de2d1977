import { COUNT_WINDOW_DAYS } from '../../contracts/model/engagement';
import type { Logger } from '../../platform/log';
import type { Pool } from '../../platform/postgres/pool';
import { tidySeen } from '../../platform/postgres/retention';
import { startRounds, type Rounds } from '../rounds';

const EVERY_MS = 60 * 60 * 1000;
/** An event may be dated a day ahead, and the keeper may not run for a day. */
const DAYS_AHEAD = 3;
const ROWS_AT_ONCE = 5_000;
/** A day more than events are taken: a clock of ours may be behind that of Postgres. */
const KEEP_DAYS = COUNT_WINDOW_DAYS + 1;

/** Makes the days of `seen` and drops those out of the window; once before it resolves, then hourly. */
export async function startSeenKeeper(pool: Pool, log: Logger): Promise<Rounds> {
  const round = async (): Promise<void> => {
    try {
      const tidied = await tidySeen(pool, { days: KEEP_DAYS, daysAhead: DAYS_AHEAD, rowsAtOnce: ROWS_AT_ONCE });
      if (tidied) log.debug(tidied, 'the memory of counted events was tidied');
    } catch (error) {
      log.warn({ err: error }, 'the memory of counted events could not be tidied; the next round tries again');
    }
  };
  await round();
  return startRounds(round, EVERY_MS, EVERY_MS);
}
