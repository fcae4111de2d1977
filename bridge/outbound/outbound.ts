import type { Snapshot } from '../../contracts/model/lifecycle';
import { DEFAULT_CHANNELS, type Channels, type Notice } from '../../contracts/model/notices';
import type { KafkaProducer, Outbound } from '../../contracts/model/ports';
import type { AnnounceInput, AnnounceResult, RecordedDecision } from '../../contracts/model/work';
import { reached } from '../../platform/faults';
import type { Logger } from '../../platform/log';
import { lockOrInsertContent, writeSnapshot, type Standing } from '../../platform/postgres/content-state';
import { writeOutcomes } from '../../platform/postgres/event-ids';
import { requestNotices } from '../../operations/notifications/request';
import { readTraceparent } from '../../platform/postgres/uploads';
import { wakeKeys } from '../../platform/postgres/inbox-keys';
import { insertMilestones } from '../../platform/postgres/milestones';
import { inTransaction, type Pool, type PoolClient } from '../../platform/postgres/pool';
import { recordDecision } from '../../platform/postgres/verdicts';
import { readRemovalReason, tellUnpublished } from '../../platform/postgres/unpublished';
import { payloadHash } from '../../platform/events/identity';
import { followUpOutcomes, handedBack, planFanOut, rememberOwnTranscode } from './follow-up';
import type { OutboundMetrics } from './metrics';
import { prepareMilestone, type Prepared, type Refused } from '../../platform/events/prepare';
import { sendNotices } from './notices';
import { sendUnsent } from './send';

export interface OutboundDeps {
  pool: Pool;
  producer: KafkaProducer;
  log: Logger;
  /** Whether media.unpublished is switched on. Default: it is not. */
  tellsUnpublished?: boolean;
  /** How notices reach people. Default: DEFAULT_CHANNELS. */
  channels?: Channels;
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
        const { answer, sent } = await announce(deps, input);
        metrics?.onAnnounced(input, answer, sent, performance.now() - startedAt);
        return answer;
      } catch (error) {
        metrics?.onFailed(error);
        throw error;
      }
    },
  };
}

async function announce(deps: OutboundDeps, input: AnnounceInput): Promise<{ answer: AnnounceResult; sent: number }> {
  const { pool, producer, log } = deps;
  const contentId = input.snapshot.contentId;
  const prepared = input.milestones.map((milestone) => prepareMilestone(input.snapshot, milestone));
  const answer = await inTransaction(pool, (db) => store(db, deps, input, prepared));
  await reached('announce.after-commit');
  const sent = (await sendUnsent(pool, producer, contentId)) + (await sendNotices(pool, producer, { contentId }));
  log.debug({ contentId, sent, refused: answer.refused.length }, 'announced');
  if (answer.refused.length > 0) log.error({ contentId, refused: answer.refused }, 'milestones were refused');
  return { answer, sent };
}

/**
 * Under the lock of the content: one announcement after the other. Keys come before contents and identities after them,
 * as everywhere, so that nobody waits for each other.
 */
async function store(
  db: PoolClient,
  { tellsUnpublished, channels = DEFAULT_CHANNELS }: Pick<OutboundDeps, 'tellsUnpublished' | 'channels'>,
  input: AnnounceInput,
  prepared: Prepared[],
): Promise<AnnounceResult> {
  const { snapshot, outcomes, closing, decisions = [] } = input;
  await wakeKeys(db, handedBack(outcomes).length > 0 ? [snapshot.contentId] : []);
  const before = await lockOrInsertContent(db, snapshot);
  const standing = decisions.length > 0 ? await recordAll(db, snapshot, decisions) : before;
  const rows = prepared.flatMap((one) =>
    one.ok && !isOvertaken(one.row.topic, standing)
      ? [{ ...one.row, payloadHash: payloadHash(one.row.topic, one.payload) }]
      : [],
  );
  const conflicts = await insertMilestones(db, snapshot, rows);
  const stored = rows.filter((row) => !conflicts.has(row.eventId));
  const isForPeople = input.notices.length > 0 || stored.some((row) => row.topic === 'media.published');
  const traceparent = isForPeople ? await readTraceparent(db, snapshot) : null;
  await rememberOwnTranscode(db, snapshot, stored);
  await planFanOut(db, stored, { channels: channels.NEW_CONTENT, traceparent });
  const unwanted = await requestNotices(db, input.notices.map(aboutContent(snapshot, traceparent)), channels);
  // A run that ends as published beside a takedown has yet to hear of it, and then ends as removed.
  await writeSnapshot(db, snapshot, closing && !(standing.removed && snapshot.status === 'PUBLISHED'));
  if (tellsUnpublished && snapshot.status === 'REMOVED') await tellRemoved(db, snapshot);
  await followUpOutcomes(db, snapshot, outcomes);
  await writeOutcomes(db, outcomes);
  const refused = [...refusals(prepared), ...unwanted, ...conflictsAmong(prepared, conflicts, snapshot)];
  const recorded = decisions.map(({ decision }) => decision.decisionId);
  return { refused, visibility: standing.visibility, ...(recorded.length > 0 && { recorded }) };
}

/** What was decided stands before anybody hears of it; it may have removed the content. */
async function recordAll(db: PoolClient, snapshot: Snapshot, decisions: RecordedDecision[]): Promise<Standing> {
  for (const { place, decision } of decisions) await recordDecision(db, { ...decision, ...place });
  return lockOrInsertContent(db, snapshot);
}

/** It was taken down before anybody heard that it was published: nobody does now. */
const isOvertaken = (topic: string, { removed }: Standing): boolean => topic === 'media.published' && removed;

/** By a decision: of a takedown the command has told already. */
async function tellRemoved(db: PoolClient, of: Snapshot): Promise<void> {
  const reason = await readRemovalReason(db, of.contentId);
  await tellUnpublished(db, { ...of, milestone: 'removed', reason, at: of.since });
}

const refusals = (prepared: Prepared[]): Refused[] => prepared.flatMap((one) => (one.ok ? [] : [one.refused]));

const aboutContent =
  ({ contentId, residency }: Snapshot, traceparent: string | null) =>
  (notice: Notice): Notice => ({
    ...notice,
    about: { contentId, residency, ...(traceparent !== null && { traceparent }) },
  });

function conflictsAmong(prepared: Prepared[], conflicts: Set<string>, snapshot: Snapshot): Refused[] {
  return prepared.flatMap((one) => {
    if (!one.ok || !conflicts.has(one.row.eventId)) return [];
    const { milestone, topic, ordinal, eventId } = one.row;
    const message = `${eventId} of ${snapshot.contentId} was announced before with another payload.`;
    return [{ milestone, topic, ordinal, code: 'MILESTONE_CONFLICT', message }];
  });
}
