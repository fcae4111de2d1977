import { workflowIdOf } from '../../contracts/model/ids';
import type { World } from '../support/world';
import { stateQuery } from '../../workflows/messages';
import { BEGAN_AT } from './service-events';

/** All that is compared of a content: see `endingOf`. */
export type Ending = Record<string, unknown> & { content: Record<string, unknown>[] };

/**
 * How a content ended in Postgres, without ids and times of its own, for a clean stream and its interleavings to be
 * compared:
 * - its row in `contents`: phase, status, stage, visibility, attention, code, generation, revision, open flags, the
 *   decision that stands, manifests, renditions, the session;
 * - its generations, upload sessions, decisions, and flags with whether they are answered;
 * - its milestones but transitions: topic, name, ordinal, generation, place in their topic, payload;
 * - of its transitions, which tell the way and not only the end, the state that the last one tells.
 */
export async function endingOf(world: World, id: string): Promise<Ending> {
  const one = async (sql: string): Promise<unknown[]> => (await world.pool.query(sql, [id])).rows as unknown[];
  const seconds = (column: string): string =>
    `(extract(epoch FROM ${column}) * 1000 - ${String(BEGAN_AT)})::bigint::text`;
  const ending = {
    content:
      await one(`SELECT phase, status, stage, visibility, attention, failure_code, generation, revision, open_flags,
      (SELECT decision || ' ' || ${seconds('decided_at')} FROM decisions d WHERE d.decision_id = c.decision_id) AS decision,
      hls_manifest, dash_manifest, cek_id, transcoded, upload_session_id, published_at IS NOT NULL AS published,
      removed_at IS NOT NULL AS removed FROM contents c WHERE content_id = $1`),
    generations: await one('SELECT generation, cause FROM generations WHERE content_id = $1 ORDER BY generation'),
    uploads: await one('SELECT upload_session_id, raw_key FROM uploads WHERE content_id = $1'),
    decisions: await one(`SELECT decision, actor, generation, revision, ${seconds('decided_at')} AS at FROM decisions
      WHERE content_id = $1 ORDER BY decided_at`),
    flags: await one(`SELECT flags, priority, source, ${seconds('flagged_at')} AS at, cleared_by IS NOT NULL AS answered
      FROM flags WHERE content_id = $1 ORDER BY flagged_at`),
    milestones: await one(`SELECT topic, milestone, ordinal, generation, topic_sequence,
      convert_from(value, 'UTF8')::jsonb->'payload' AS payload FROM milestones
      WHERE content_id = $1 AND sequence IS NOT NULL AND topic <> 'internal.lifecycle.events' ORDER BY topic, topic_sequence`),
    lastTransition:
      await one(`SELECT (convert_from(value, 'UTF8')::jsonb->'payload') - 'cause_event_id' AS payload FROM milestones
      WHERE content_id = $1 AND topic = 'internal.lifecycle.events' ORDER BY sequence DESC LIMIT 1`),
    deadLetters: await one('SELECT code FROM dead_letters WHERE content_id = $1'),
  };
  return JSON.parse(JSON.stringify(ending).replaceAll(id, 'ID')) as Ending;
}

/**
 * The same, and what the run itself says where it is open. Its row has manifests with the next announcement, and a fact
 * that changes nothing others hear of makes none: so manifests of an open content are taken from its run.
 */
export async function standingOf(world: World, id: string): Promise<Ending> {
  const ending = await endingOf(world, id);
  const [row] = ending.content;
  if (row?.['phase'] !== 'open') return ending;
  const view = await world.temporal.client.workflow.getHandle(workflowIdOf(id)).query(stateQuery);
  const { status, stage, visibility, attention, code, revision, manifests, openFlags, decision } = view;
  const run = {
    status,
    stage,
    visibility,
    attention,
    code,
    revision,
    manifests,
    flags: openFlags.map(({ at }) => at).sort(),
  };
  const content = { ...row, hls_manifest: undefined, dash_manifest: undefined, cek_id: undefined };
  const standing = {
    ...ending,
    content: [content],
    run: { ...run, decision: decision && [decision.decision, decision.at] },
  };
  return JSON.parse(JSON.stringify(standing).replaceAll(id, 'ID')) as Ending;
}
