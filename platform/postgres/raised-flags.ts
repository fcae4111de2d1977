import type { Flag } from '../../contracts/model/facts';
import type { QueuePriority } from '../../contracts/model/status';
import { writeAudit } from './audit';
import type { Queryable } from './pool';
import { lockFlagsOf } from './starts';
import { raiseFlag } from './verdicts';

export interface FlagAnnounced {
  contentId: string;
  key: string;
  flags: Flag[];
  priority: QueuePriority;
  eventId: string;
  /** ms since 1970. */
  at: number;
}

const ACTOR = 'bridge';

/**
 * Stores flags of other services in the transaction of their intake, so that nothing is published in between. Visible
 * content goes dark at once (`hide`), or asks for attention only; either is audited first. A flag that is there already,
 * was answered by a newer decision, or is about an earlier revision, changes nothing.
 */
export async function raiseAnnounced(db: Queryable, flags: FlagAnnounced[], hide: boolean): Promise<void> {
  if (flags.length === 0) return;
  await lockFlagsOf(db, [...new Set(flags.map((flag) => flag.contentId))]);
  const known = await lockContents(db, flags);
  const fresh = await insertNew(db, flags);
  for (const flag of flags) {
    // Without a row yet the flag waits in its table: the start counts it.
    if (fresh.has(nameOf(flag)) && known.has(flag.contentId)) await follow(db, flag, hide);
  }
}

async function lockContents(db: Queryable, flags: FlagAnnounced[]): Promise<Set<string>> {
  const locked = await db.query<{ content_id: string }>(
    'SELECT content_id FROM contents WHERE content_id = ANY($1) ORDER BY content_id FOR UPDATE',
    [flags.map((flag) => flag.contentId)],
  );
  return new Set(locked.rows.map((row) => row.content_id));
}

/** The names of those that were not there; the same flag twice in one batch is one. */
async function insertNew(db: Queryable, flags: FlagAnnounced[]): Promise<Set<string>> {
  const inserted = await db.query<{ contentId: string; key: string }>(
    `INSERT INTO flags (content_id, flag_key, flags, priority, source, flagged_at)
     SELECT x.content_id, x.flag_key, x.flags, x.priority, 'service', to_timestamp(x.at / 1000)
     FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::text[], $5::float8[]) x(content_id, flag_key, flags, priority, at)
     ON CONFLICT (content_id, flag_key) DO NOTHING RETURNING content_id AS "contentId", flag_key AS key`,
    [
      flags.map((flag) => flag.contentId),
      flags.map((flag) => flag.key),
      flags.map((flag) => JSON.stringify(flag.flags)),
      flags.map((flag) => flag.priority),
      flags.map((flag) => flag.at),
    ],
  );
  return new Set(inserted.rows.map(nameOf));
}

const nameOf = (flag: { contentId: string; key: string }): string => `${flag.contentId} ${flag.key}`;

/** `raiseFlag` counts anew and answers the flag where a newer decision stands; what is left open may hide the content. */
async function follow(db: Queryable, flag: FlagAnnounced, hide: boolean): Promise<void> {
  await raiseFlag(db, { ...flag, source: 'service', hide: false });
  const visible = await db.query(
    `SELECT 1 FROM contents c JOIN flags f ON f.content_id = c.content_id AND f.flag_key = $2 AND f.cleared_by IS NULL
     WHERE c.content_id = $1 AND c.visibility IN ('PUBLISHED', 'AGE_GATED')`,
    [flag.contentId, flag.key],
  );
  if (visible.rowCount === 0) return;
  await writeAudit(db, {
    commandId: null,
    contentId: flag.contentId,
    actor: ACTOR,
    verb: hide ? 'hide' : 'attention',
    reason: 'flagged while visible',
    args: { flagKey: flag.key, eventId: flag.eventId },
  });
  await db.query(
    `UPDATE contents SET visibility = CASE WHEN $2 THEN 'HIDDEN' ELSE visibility END, attention = true,
       failure_code = 'REVIEW_OPEN', updated_at = now() WHERE content_id = $1`,
    [flag.contentId, hide],
  );
}
