import { writeAudit } from '../platform/postgres/audit';
import { lockContent } from '../platform/postgres/contents';
import type { OpenContent } from '../platform/postgres/open-contents';
import { inTransaction } from '../platform/postgres/pool';
import { clearRunMissing, markRunMissing } from '../platform/postgres/run-missing';
import { endTakenDown } from './generations/half-done';
import { isStillLost } from './generations/lost';
import type { StartDeps } from './generations/start';

const auditOf = (contentId: string, actor: string, reason: string) => ({
  ...{ commandId: null, contentId, actor, verb: 'reconcile', reason, args: {} },
});

/** Which were not marked before. What was taken down is ended instead. */
export async function markLost(deps: StartDeps, actor: string, lost: OpenContent[]): Promise<Set<string>> {
  const { pool } = deps;
  const fresh = lost.filter(({ failureCode, isRemoved }) => isRemoved || failureCode !== 'RUN_MISSING');
  const marked = new Set<string>();
  for (const { contentId, isRemoved, generation } of fresh) {
    const audit = auditOf(contentId, actor, 'Temporal has no open run of it');
    if (isRemoved) {
      await writeAudit(pool, audit);
      if (await endTakenDown(deps, contentId)) marked.add(contentId);
      continue;
    }
    await inTransaction(pool, async (db) => {
      // Another generation has a run of its own.
      const row = await lockContent(db, contentId);
      if (!row || !isStillLost(row, generation)) return;
      await writeAudit(db, audit);
      if (await markRunMissing(db, contentId)) marked.add(contentId);
    });
  }
  return marked;
}

/**
 * Contents that say their run is missing, which is there: somebody has reset what was ended. Their run goes on from what it
 * had told, so it may have nothing new to say that would take the mark away. Which were cleared.
 */
export async function clearFound({ pool }: StartDeps, actor: string, found: OpenContent[]): Promise<Set<string>> {
  const cleared = new Set<string>();
  for (const { contentId, generation } of found) {
    await inTransaction(pool, async (db) => {
      const row = await lockContent(db, contentId);
      if (row?.failureCode !== 'RUN_MISSING' || !isStillLost(row, generation)) return;
      await writeAudit(db, auditOf(contentId, actor, 'its run is open again'));
      await clearRunMissing(db, row);
      cleared.add(contentId);
    });
  }
  return cleared;
}
