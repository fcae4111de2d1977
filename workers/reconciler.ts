import type { ReconcileReport } from '../contracts/model/work';
import { reconcile } from '../operations/reconcile';

/** The report is part of a history; the whole list is in Postgres. */
const MOST_NAMED = 100;

/** As `reelway reconcile --fix`, for the schedule. */
export async function reconcileOnSchedule(
  deps: Parameters<typeof reconcile>[0],
  actor: string,
): Promise<ReconcileReport> {
  const { contents, runs, differences } = await reconcile(deps, { actor, fix: true });
  const found: Record<string, number> = {};
  for (const { kind } of differences) found[kind] = (found[kind] ?? 0) + 1;
  const repaired = differences.filter(({ marked }) => marked).map(({ contentId }) => contentId);
  return { contents, runs, found, repaired: repaired.slice(0, MOST_NAMED) };
}
