import type { Queryable } from './pool';

/**
 * Lets the clock of a route go on by the time since anybody last looked, at most `longestStepMs`, or only notes that
 * somebody looked. So it stands still while the route lags and while no bridge runs; several bridges do not make it
 * faster.
 */
export async function tickRouteClock(
  db: Queryable,
  topic: string,
  tick: { runs: boolean; longestStepMs: number },
): Promise<void> {
  await db.query(
    `INSERT INTO route_clocks AS c (topic) VALUES ($1)
     ON CONFLICT (topic) DO UPDATE SET seen_at = clock_timestamp(),
       ran_ms = c.ran_ms + CASE WHEN $2 THEN least(greatest(
         (extract(epoch FROM clock_timestamp() - c.seen_at) * 1000)::bigint, 0), $3::bigint) ELSE 0 END`,
    [topic, tick.runs, tick.longestStepMs],
  );
}
