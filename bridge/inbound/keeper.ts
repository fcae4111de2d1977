import { LIFECYCLE_TOPICS, topicRow } from '../../contracts/model/topics';
import type { Logger } from '../../platform/log';
import type { Pool } from '../../platform/postgres/pool';
import { tidy } from '../../platform/postgres/retention';
import { startRounds, type Rounds } from '../rounds';

const DAY_MS = 24 * 60 * 60 * 1000;
const EVERY_MS = 60 * 60 * 1000;
const DAYS_AHEAD = 3;
const ROWS_AT_ONCE = 5_000;

/** As long as a record can come again from Kafka, and two days more, as identities are kept. */
export const KEEP_DAYS =
  Math.max(...LIFECYCLE_TOPICS.map((topic) => Math.ceil(topicRow(topic).retentionMs / DAY_MS))) + 2;

/** Makes the days of the inbox ahead, drops those that are over, forgets identities that have expired, and fills in residencies; hourly. */
export function startKeeper(pool: Pool, log: Logger): Rounds {
  const round = async (): Promise<void> => {
    try {
      const tidied = await tidy(pool, { days: KEEP_DAYS, daysAhead: DAYS_AHEAD, rowsAtOnce: ROWS_AT_ONCE });
      if (tidied) log.debug(tidied, 'the inbox was tidied');
    } catch (error) {
      log.warn({ err: error }, 'the inbox could not be tidied; the next round tries again');
    }
  };
  return startRounds(round, EVERY_MS);
}
