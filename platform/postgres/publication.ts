import { ReelwayError } from '../../contracts/model/errors';
import type { Manifests } from '../../contracts/model/lifecycle';
import type { PublishInput, PublishResult, WorkPlace } from '../../contracts/model/work';
import type { Queryable } from './pool';

/** What a publication needs to know of the record, and what its compare-and-set compares with. */
interface Candidate {
  title: string | null;
  categories: string[];
  creatorId: string | null;
  metadataVersion: number;
}

/**
 * Makes content visible, or refuses. One statement compares and sets: the generation, the decision and the metadata are
 * still those the run knows, no flag is open, nobody removed it, and the decision is one that allows this visibility.
 *
 * Errors: METADATA_MISSING, METADATA_CHANGED (our checks read an older record), CONTENT_REMOVED, PUBLISH_REFUSED (retryable only where the metadata moved meanwhile), CONTENT_NOT_FOUND.
 */
export async function publish(db: Queryable, input: PublishInput): Promise<PublishResult> {
  const { title, categories, creatorId, metadataVersion } = await readCandidate(db, input.place.contentId);
  if (metadataVersion === 0 || title === null || title.trim() === '' || creatorId === null) {
    throw new ReelwayError('METADATA_MISSING', `Content ${input.place.contentId} has no record with a title.`);
  }
  if (input.checkedVersion !== null && input.checkedVersion !== metadataVersion) {
    const versions = `version ${String(input.checkedVersion)}, the record is at ${String(metadataVersion)}`;
    throw new ReelwayError('METADATA_CHANGED', `The checks of ${input.place.contentId} read ${versions}.`);
  }
  const set = await compareAndSet(db, input, metadataVersion);
  if (set === null) throw await refusal(db, input);
  return { title, categories, creatorId, wasVisible: set.wasVisible };
}

async function readCandidate(db: Queryable, contentId: string): Promise<Candidate> {
  const found = await db.query<Candidate>(
    `SELECT title, categories, creator_id AS "creatorId", metadata_version AS "metadataVersion"
     FROM contents WHERE content_id = $1`,
    [contentId],
  );
  const row = found.rows[0];
  if (!row) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  return row;
}

/** The decision that each visibility needs. */
const DECISION_FOR = { PUBLISHED: 'APPROVED', AGE_GATED: 'AGE_GATED' } as const;

/**
 * A publication is named by what it switches to, so that its repeat is told from a second one: the repeat answers as
 * the first did, although the content is visible by then. One whose run was lost before it could tell anybody does not
 * count as one: the generation that makes it again tells.
 */
const publicationOf = ({ place, decisionId, manifests }: PublishInput): string =>
  `${madeBy(place)} ${decisionId} ${manifests.dash}`;

const madeBy = ({ generation }: Pick<WorkPlace, 'generation'>): string => `g${String(generation)}`;

async function compareAndSet(
  db: Queryable,
  input: PublishInput,
  metadataVersion: number,
): Promise<{ wasVisible: boolean } | null> {
  const { place, decisionId, visibility, manifests } = input;
  const done = await db.query<{ wasVisible: boolean }>(
    `WITH before AS (
       SELECT visibility IN ('PUBLISHED', 'AGE_GATED') AND EXISTS (
         SELECT 1 FROM milestones m WHERE m.content_id = $1 AND m.topic = 'media.published'
           AND m.generation = substring(made_visible_by FROM '^g([0-9]+) ')::int) AS told
       FROM contents WHERE content_id = $1 FOR UPDATE)
     UPDATE contents c SET visibility = $5, published_at = coalesce(c.published_at, now()), hls_manifest = $6,
       dash_manifest = $7, cek_id = $8, updated_at = now(),
       made_visible_by = CASE WHEN before.told THEN c.made_visible_by ELSE $9 END
     FROM before
     WHERE c.content_id = $1 AND c.generation = $2 AND c.decision_id = $3 AND c.metadata_version = $4
       AND c.open_flags = 0 AND c.removed_at IS NULL AND c.withdrawn_generation IS DISTINCT FROM $2
       AND EXISTS (SELECT 1 FROM decisions d WHERE d.decision_id = $3 AND d.content_id = $1 AND d.decision = $10)
     RETURNING before.told AND c.made_visible_by IS DISTINCT FROM $9 AS "wasVisible"`,
    [
      ...[place.contentId, place.generation, decisionId, metadataVersion, visibility],
      ...[manifests.hls, manifests.dash, manifests.cekId, publicationOf(input), DECISION_FOR[visibility]],
    ],
  );
  return done.rows[0] ?? null;
}

interface Standing {
  generation: number;
  decisionId: string | null;
  openFlags: number;
  removed: boolean;
  withdrawnGeneration: number | null;
  decision: string | null;
}

/** Looks again, only to say why; whatever it sees, the refusal stands. */
async function refusal(db: Queryable, input: PublishInput): Promise<ReelwayError> {
  const { place, decisionId, visibility } = input;
  const found = await db.query<Standing>(
    `SELECT c.generation, c.decision_id AS "decisionId",
       c.open_flags AS "openFlags", c.removed_at IS NOT NULL AS removed,
       c.withdrawn_generation AS "withdrawnGeneration", d.decision
     FROM contents c LEFT JOIN decisions d ON d.decision_id = $2 AND d.content_id = c.content_id
     WHERE c.content_id = $1`,
    [place.contentId, decisionId],
  );
  const now = found.rows[0];
  if (now?.removed) throw removed(input);
  const reasons = now === undefined ? ['its row is gone'] : differences(now, input);
  // Nothing differs by now: the metadata moved between our look and the switch, and the next attempt reads it again.
  const retryable = reasons.length === 0;
  const why = retryable ? 'its metadata changed at this moment' : reasons.join('; ');
  const what = `Content ${place.contentId} was not made ${visibility}: ${why}.`;
  return new ReelwayError('PUBLISH_REFUSED', what, { retryable });
}

/** A takedown won: nothing is tried again, also where other things differ too. */
const removed = ({ place, visibility }: PublishInput): ReelwayError =>
  new ReelwayError('CONTENT_REMOVED', `Content ${place.contentId} was taken down and was not made ${visibility}.`);

function differences(now: Standing, { place, decisionId, visibility }: PublishInput): string[] {
  const reasons: string[] = [];
  if (now.generation !== place.generation) {
    reasons.push(`generation ${String(now.generation)} stands, this is generation ${String(place.generation)}`);
  }
  if (now.withdrawnGeneration === place.generation) reasons.push('this generation was withdrawn');
  if (now.openFlags > 0) reasons.push(`${String(now.openFlags)} flag(s) open`);
  if (now.decision === null) reasons.push(`decision ${decisionId} is not recorded`);
  else if (now.decision !== DECISION_FOR[visibility]) reasons.push(`decision ${decisionId} is ${now.decision}`);
  if (now.decisionId !== decisionId) reasons.push(`decision ${now.decisionId ?? '(none)'} stands, not ${decisionId}`);
  return reasons;
}

/**
 * Hides what this generation made visible, and keeps a publish that is still on its way from making it visible again.
 * back: what was live before this generation, and is again.
 * What a later generation does is not touched. May be repeated.
 */
export async function withdraw(
  db: Queryable,
  place: Pick<WorkPlace, 'contentId' | 'generation'>,
  back?: Manifests,
): Promise<void> {
  await db.query(
    `UPDATE contents SET withdrawn_generation = $2, updated_at = now(),
       hls_manifest = CASE WHEN $4 THEN $5 ELSE hls_manifest END,
       dash_manifest = CASE WHEN $4 THEN $6 ELSE dash_manifest END, cek_id = CASE WHEN $4 THEN $7 ELSE cek_id END,
       visibility = CASE WHEN visibility IN ('PUBLISHED', 'AGE_GATED') AND starts_with(made_visible_by, $3)
         THEN 'HIDDEN' ELSE visibility END
     WHERE content_id = $1 AND generation = $2`,
    [
      ...[place.contentId, place.generation, `${madeBy(place)} `],
      ...[back !== undefined, back?.hls ?? null, back?.dash ?? null, back?.cekId ?? null],
    ],
  );
}
