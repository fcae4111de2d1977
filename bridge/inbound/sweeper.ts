import type { Kafka } from '../../contracts/model/ports';
import { START_TOPIC } from '../../contracts/model/topics';
import type { Logger } from '../../platform/log';
import { buryWaiting } from '../../platform/postgres/dead-letters';
import { writeRouted } from '../../platform/postgres/event-ids';
import { deleteExpiredObservations } from '../../platform/postgres/observations';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { tickRouteClock } from '../../platform/postgres/route-clocks';
import { startRounds, type Rounds } from '../rounds';
import { createLagWatch } from './lag-clock';
import { CONSUMER } from './routes';

export interface SweeperDeps {
  pool: Pool;
  kafka: Pick<Kafka, 'lag'>;
  groupId: string;
  /** How long a fact waits for its upload, on the clock of the upload route. */
  parkedFactMs: number;
  log: Logger;
  onBuried?(count: number): void;
}

const LONGEST_TICK_MS = 10_000;
/** Observations deleted by one tick: short statements, and more in a day than a busy topic brings. */
const FORGOTTEN_AT_ONCE = 1_000;
const FORGETS_PER_TICK = 20;
/** Facts of one transaction. */
const AT_ONCE = 200;

/** Facts whose upload never came become dead letters NO_SUCH_CONTENT; the start of their content opens them again. */
export function startSweeper(deps: SweeperDeps): Rounds {
  const tickMs = Math.max(100, Math.min(LONGEST_TICK_MS, deps.parkedFactMs / 4));
  const isLagging = createLagWatch();

  const tick = async (): Promise<void> => {
    try {
      const lagging = isLagging(await deps.kafka.lag(deps.groupId, START_TOPIC), Date.now());
      // Twice the tick: a look that comes a little late still counts, one after a long silence does not.
      await tickRouteClock(deps.pool, START_TOPIC, { runs: !lagging, longestStepMs: tickMs * 2 });
      if (!lagging) await sweep(deps);
      await forget(deps.pool);
    } catch (error) {
      deps.log.warn({ err: error }, 'facts that wait for an upload could not be looked through');
    }
  };
  return startRounds(tick, tickMs, tickMs);
}

async function sweep(deps: SweeperDeps): Promise<void> {
  for (;;) {
    const buried = await inTransaction(deps.pool, async (db) => {
      const facts = await buryWaiting(db, CONSUMER, START_TOPIC, deps.parkedFactMs, AT_ONCE);
      await writeRouted(
        db,
        CONSUMER,
        facts.map(({ eventId }) => ({ eventId, outcome: 'dead', code: 'NO_SUCH_CONTENT', before: 'NOT_STARTED' })),
      );
      return facts.length;
    });
    if (buried > 0) deps.log.warn({ buried }, 'facts waited too long for an upload and are dead letters now');
    deps.onBuried?.(buried);
    if (buried < AT_ONCE) return;
  }
}

async function forget(pool: Pool): Promise<void> {
  for (let done = 0; done < FORGETS_PER_TICK; done++) {
    if ((await deleteExpiredObservations(pool, FORGOTTEN_AT_ONCE)) < FORGOTTEN_AT_ONCE) return;
  }
}
