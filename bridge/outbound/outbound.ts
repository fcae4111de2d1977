import type { Snapshot } from '../../contracts/model/lifecycle';
import type { KafkaProducer, Outbound } from '../../contracts/model/ports';
import type { AnnounceInput, AnnounceResult } from '../../contracts/model/work';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import { lockOrInsertContent, writeSnapshot } from '../../platform/postgres/content-state';
import { writeOutcomes } from '../../platform/postgres/event-ids';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { insertMilestones } from '../../platform/postgres/milestones';
import { inTransaction, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { payloadHash } from '../identity';
import { followUpOutcomes, handedBack, rememberOwnTranscode } from './follow-up';
import type { OutboundMetrics } from './metrics';
import { prepareMilestone, prepareNotice, type Prepared, type Refused } from './prepare';
import { sendUnsent } from './send';

export interface OutboundDeps {
  pool: Pool;
  producer: KafkaProducer;
  log: Logger;
  /** Default: nobody counts. */
  metrics?: OutboundMetrics;
}

/** Milestones become events: checked, stored with their number, then sent in that order. See contracts/model/ports. */
export function createOutbound(deps: OutboundDeps): Outbound {
  const { metrics } = deps;
  return {
    announce: async (input) => {
      const startedAt = performance.now();
      try {
        const { refused, sent } = await announce(deps, input);
        metrics?.onAnnounced(input, { refused }, sent, performance.now() - startedAt);
        return { refused };
      } catch (error) {
        metrics?.onFailed(error);
        throw error;
      }
    },
  };
}

async function announce({ pool, producer, log }: OutboundDeps, input: AnnounceInput) {
  const contentId = input.snapshot.contentId;
  const prepared = [
    ...input.milestones.map((milestone) => prepareMilestone(input.snapshot, milestone)),
    ...input.notices.map(prepareNotice),
  ];
  const refused = await inTransaction(pool, (db) => store(db, input, prepared));
  await reached('announce.after-commit');
  const sent = await sendUnsent(pool, producer, contentId);
  log.debug({ contentId, sent, refused: refused.length }, 'announced');
  if (refused.length > 0) log.error({ contentId, refused }, 'milestones were refused');
  return { refused, sent };
}

/**
 * Under the lock of the content: one announcement after the other. Keys come before contents and identities after them,
 * as everywhere, so that nobody waits for each other.
 */
async function store(db: PoolClient, input: AnnounceInput, prepared: Prepared[]): Promise<AnnounceResult['refused']> {
  const { snapshot, outcomes, closing } = input;
  await wakeKeys(db, handedBack(outcomes).length > 0 ? [snapshot.contentId] : []);
  await lockOrInsertContent(db, snapshot);
  const rows = prepared.flatMap((one) =>
    one.ok ? [{ ...one.row, payloadHash: payloadHash(one.row.topic, one.payload) }] : [],
  );
  const conflicts = await insertMilestones(db, snapshot, rows);
  const stored = rows.filter((row) => !conflicts.has(row.eventId));
  await rememberOwnTranscode(db, snapshot, stored);
  await writeSnapshot(db, snapshot, closing);
  await followUpOutcomes(db, snapshot, outcomes);
  await writeOutcomes(db, outcomes);
  return [...refusals(prepared), ...conflictsAmong(prepared, conflicts, snapshot)];
}

const refusals = (prepared: Prepared[]): Refused[] => prepared.flatMap((one) => (one.ok ? [] : [one.refused]));

/** A notice is told once per cause: its first wording stands, and no stage has to wait for that. */
function conflictsAmong(prepared: Prepared[], conflicts: Set<string>, snapshot: Snapshot): Refused[] {
  return prepared.flatMap((one) => {
    if (!one.ok || !one.row.sequenced || !conflicts.has(one.row.eventId)) return [];
    const { milestone, topic, ordinal, eventId } = one.row;
    const message = `${eventId} of ${snapshot.contentId} was announced before with another payload.`;
    return [{ milestone, topic, ordinal, code: 'MILESTONE_CONFLICT', message }];
  });
}
