import { NOTICE_TOPIC } from '../events/notices';
import type { Flag } from '../../contracts/model/facts';
import type { Decision, QueuePriority } from '../../contracts/model/status';
import type { Queryable } from './pool';

/** An event of ours about the content. sequence null: a notice to a person. */
export interface MilestoneView {
  topic: string;
  eventId: string;
  milestone: string;
  sequence: number | null;
  sent: boolean;
  sentAt: Date | null;
  partition: number | null;
  offset: string | null;
}

/** An event of others about the content, and what became of it. outcome null: not yet known. */
export interface FactView {
  topic: string;
  eventId: string | null;
  outcome: string | null;
  code: string | null;
  /** How often the same event came again. */
  repeats: number;
}

export interface OutputView {
  generation: number;
  revision: number;
  stage: string;
  variant: string;
  keys: string[];
  bytes: number;
  attempt: number;
  removed: boolean;
}

export interface FlagView {
  /** What a decision names it by. */
  key: string;
  flags: Flag[];
  priority: QueuePriority;
  source: string;
  flaggedAt: Date;
  clearedBy: string | null;
}

export interface DecisionView {
  decisionId: string;
  decision: Decision;
  actor: string;
  reason: string;
  decidedAt: Date;
  /** Nobody has looked: an admin skipped moderation. */
  skipped: boolean;
}

export async function readMilestones(db: Queryable, contentId: string): Promise<MilestoneView[]> {
  const found = await db.query<MilestoneView>(
    `SELECT topic, event_id AS "eventId", milestone, sequence::int8::float8 AS sequence, sent_at IS NOT NULL AS sent,
       sent_at AS "sentAt", partition, kafka_offset::text AS "offset"
     FROM (
       SELECT topic, event_id, milestone, sequence, sent_at, partition, kafka_offset, created_at
       FROM milestones WHERE content_id = $1
       UNION ALL
       SELECT $2, event_id, type, NULL, sent_at, partition, kafka_offset, created_at FROM notices WHERE content_id = $1
     ) told ORDER BY sequence NULLS LAST, created_at, event_id`,
    [contentId, NOTICE_TOPIC],
  );
  return found.rows;
}

/** Events with an identity, then the dead letters that never got one (broken, or an id used twice). */
export async function readFacts(db: Queryable, contentId: string): Promise<FactView[]> {
  const found = await db.query<FactView>(
    `SELECT topic, "eventId", outcome, code, repeats FROM (
       SELECT e.topic, e.event_id AS "eventId", e.repeats, e.row_id AS place,
         coalesce(e.outcome, CASE i.status WHEN 'parked' THEN 'parked' WHEN 'dead' THEN 'dead' END) AS outcome,
         CASE WHEN e.outcome IS NULL THEN coalesce(e.code, i.code) ELSE e.code END AS code
       FROM event_ids e LEFT JOIN inbox i ON i.row_id = e.row_id WHERE e.content_id = $1
       UNION ALL
       SELECT d.topic, d.event_id, 0, 9000000000000000000 + d.id, 'dead', d.code
       FROM dead_letters d WHERE d.content_id = $1 AND d.resolved_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM event_ids e WHERE e.row_id = d.row_id)
     ) facts ORDER BY place`,
    [contentId],
  );
  return found.rows;
}

export async function readOutputs(db: Queryable, contentId: string): Promise<OutputView[]> {
  const found = await db.query<OutputView>(
    `SELECT generation, revision, stage, variant, keys, bytes::float8 AS bytes, attempt, removed_at IS NOT NULL AS removed
     FROM outputs WHERE content_id = $1 ORDER BY created_at, stage, variant`,
    [contentId],
  );
  return found.rows;
}

/** Labels of the renditions of an upload that are made; known before the run tells of them. */
export async function readEncoded(
  db: Queryable,
  at: { contentId: string; generation: number; revision: number },
): Promise<string[]> {
  const found = await db.query<{ variant: string }>(
    `SELECT variant FROM outputs
     WHERE content_id = $1 AND generation = $2 AND revision = $3 AND stage = 'transcode' AND removed_at IS NULL`,
    [at.contentId, at.generation, at.revision],
  );
  return found.rows.map((row) => row.variant);
}

export async function readFlags(db: Queryable, contentId: string): Promise<FlagView[]> {
  const found = await db.query<FlagView>(
    `SELECT flag_key AS key, flags, priority, source, flagged_at AS "flaggedAt", cleared_by AS "clearedBy"
     FROM flags WHERE content_id = $1 ORDER BY flagged_at, flag_key`,
    [contentId],
  );
  return found.rows;
}

/** Oldest first. */
export async function readDecisions(db: Queryable, contentId: string): Promise<DecisionView[]> {
  const found = await db.query<DecisionView>(
    `SELECT decision_id AS "decisionId", decision, actor, reason, decided_at AS "decidedAt", skipped
     FROM decisions WHERE content_id = $1 ORDER BY decided_at, created_at`,
    [contentId],
  );
  return found.rows;
}
