import type { CarriedOver } from '../../contracts/model/lifecycle';
import type { Policy } from '../../contracts/model/policy';
import { openRows, reopenWaiting, type OpenRow } from '../../platform/postgres/inbox';
import { lockClaimed, type ClaimedKey } from '../../platform/postgres/inbox-keys';
import { inTransaction, type Pool } from '../../platform/postgres/pool';
import { insertFirstStarts, insertNextGeneration, readCarried, type FirstStart } from '../../platform/postgres/starts';
import type { LifecycleInput } from '../../workflows/messages';
import { causeOf, MAX_FACTS } from './plan';
import { CONSUMER } from './routes';

export interface PlannedStart {
  claim: ClaimedKey;
  cause: OpenRow;
}

/**
 * The start of each is a row, `starting`, before Temporal is called, so that a crash in between is seen and finished.
 * Returns the contents that are begun now, with all their open facts: those that waited are open again. Under the lock
 * of the keys, which is not held over the call: until the acknowledgement is written the lease and the phase
 * `starting` keep everybody else from more than calling the same start again.
 */
export async function beginFirst(pool: Pool, policy: Policy, planned: PlannedStart[]): Promise<Map<string, OpenRow[]>> {
  if (planned.length === 0) return new Map();
  const begun = await inTransaction(pool, async (db) => {
    const held = await lockClaimed(
      db,
      planned.map((one) => one.claim),
    );
    const ours = planned.filter((one) => held.has(one.claim.key));
    const done = await insertFirstStarts(
      db,
      ours.flatMap((one) => toFirstStart(one, policy)),
    );
    await reopenWaiting(db, [...done]);
    return [...done];
  });
  // Only now: what the transaction opened again is among them. The cause is added by whoever cuts to what fits.
  const rows = await openRows(pool, CONSUMER, begun, MAX_FACTS);
  return new Map(begun.map((key) => [key, rows.filter((row) => row.orderingKey === key && !row.told)]));
}

function toFirstStart({ claim, cause }: PlannedStart, policy: Policy): FirstStart[] {
  const { body, at } = cause.fact;
  if (body.kind !== 'upload') return [];
  const input: LifecycleInput = { contentId: claim.key, generation: 1, policy };
  return [{ upload: { contentId: claim.key, at, ...body }, input }];
}

export type NextGeneration =
  | { begun: true; input: LifecycleInput & { carried: CarriedOver } }
  /** late: another was begun meanwhile, or this cause began one before. */
  | { begun: false; because: 'late' | 'nothing-to-carry' };

/** The next generation of published content that was flagged: a row first, as every start. */
export async function beginNext(
  pool: Pool,
  policy: Policy,
  generation: number,
  { claim, cause }: PlannedStart,
): Promise<NextGeneration> {
  return inTransaction(pool, async (db): Promise<NextGeneration> => {
    const held = await lockClaimed(db, [claim]);
    const carried = await readCarried(db, claim.key);
    if (carried === null) return { begun: false, because: 'nothing-to-carry' };
    const input = { contentId: claim.key, generation, policy, carried };
    const next = { contentId: claim.key, generation, cause: causeOf(cause) ?? '', input };
    const isOurs = held.has(claim.key) && (await insertNextGeneration(db, next));
    return isOurs ? { begun: true, input } : { begun: false, because: 'late' };
  });
}
