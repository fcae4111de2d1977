import { START_TOPIC, topicRow } from '../../contracts/model/topics';
import type { OpenRow } from '../../platform/postgres/inbox';
import type { RoutingState } from '../../platform/postgres/starts';

/**
 * What is to be done with the open facts of one key, by the row of its content:
 *
 * | content             | upload                                  | other fact                                     |
 * |---------------------|-----------------------------------------|------------------------------------------------|
 * | none, draft         | start; too old: a dead letter           | parked; with an upload beside it: goes with it |
 * | starting            | the start's own fact: start again       | parked; beside it: goes with it                |
 * | open                | signal                                  | signal                                         |
 * | terminal            | late                                    | late; an open flag: next generation            |
 */
export interface Plan {
  deliver: Delivery | null;
  park: OpenRow[];
  late: OpenRow[];
  /** Uploads that begin nothing any more: their records are older than their topic keeps them. */
  tooOld: OpenRow[];
  /** The run has had its say about them: nothing is left to do. */
  told: OpenRow[];
}
export type Delivery =
  /** cause: the fact that begins the run; it goes first. */
  | { how: 'start' | 'start-again' | 'next-generation'; cause: OpenRow; rows: OpenRow[] }
  | { how: 'signal'; rows: OpenRow[] };

export function planFor(content: RoutingState | undefined, open: OpenRow[]): Plan {
  const told = open.filter((row) => row.told);
  const rows = open.filter((row) => !row.told);
  const nothing: Plan = { deliver: null, park: [], late: [], tooOld: [], told };
  if (rows.length === 0) return nothing;
  switch (content?.phase) {
    case undefined:
    case 'draft':
      return beginYoung(nothing, rows);
    case 'starting':
      return begin(
        nothing,
        rows,
        rows.find((row) => causeOf(row) === content.cause),
        'start-again',
      );
    case 'open':
      return { ...nothing, deliver: { how: 'signal', rows } };
    case 'terminal':
      return afterTheEnd(nothing, rows, content);
  }
}

/** Why a generation is begun, as `generations.cause` has it; null: this fact begins none. */
export function causeOf(row: OpenRow): string | null {
  const { body, key } = row.fact;
  if (body.kind === 'upload') return `upload:${body.uploadSessionId}`;
  return body.kind === 'flagged' ? `flag:${key}` : null;
}

const isUpload = (row: OpenRow): boolean => row.fact.body.kind === 'upload';

const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * A bridge that was down reads what Kafka still has, and a day is for what Kafka has not deleted yet. Anything older came
 * from elsewhere: another cluster, a topic that somebody wrote again.
 */
export const MAX_START_AGE_MS = topicRow(START_TOPIC).retentionMs + DAY_MS;

/** One that became a dead letter for that, and was redriven, a person wants to begin. */
const isTooOld = (row: OpenRow): boolean =>
  isUpload(row) && (row.ageMs ?? 0) > MAX_START_AGE_MS && row.code !== 'START_TOO_OLD';

function beginYoung(nothing: Plan, rows: OpenRow[]): Plan {
  const young = rows.filter((row) => !isTooOld(row));
  return { ...begin(nothing, young, young.find(isUpload), 'start'), tooOld: rows.filter(isTooOld) };
}

function begin(nothing: Plan, rows: OpenRow[], cause: OpenRow | undefined, how: 'start' | 'start-again'): Plan {
  return cause ? { ...nothing, deliver: { how, cause, rows } } : { ...nothing, park: rows };
}

/**
 * Late, whatever it is; but a flag that nobody has answered reopens what was published. A decision that came with it and
 * is not older goes along: it may be the answer.
 */
function afterTheEnd(nothing: Plan, rows: OpenRow[], content: RoutingState): Plan {
  const isStanding = content.status === 'PUBLISHED' && !content.removed;
  const cause = isStanding ? rows.find((row) => row.flagOpen) : undefined;
  if (!cause) return { ...nothing, late: rows };
  const goesAlong = (row: OpenRow): boolean =>
    row.flagOpen || (row.fact.body.kind === 'decided' && row.fact.at >= cause.fact.at);
  return {
    ...nothing,
    deliver: { how: 'next-generation', cause, rows: rows.filter(goesAlong) },
    late: rows.filter((row) => !goesAlong(row)),
  };
}

/** Facts of one signal; the server takes 2 MB, and a run's history holds them all. */
export const MAX_FACTS = 50;
const MAX_BYTES = 128 * 1024;

/** The first facts that fit one signal, the cause before all others; at least one, however large it is. */
export function firstThatFit(rows: OpenRow[], cause: OpenRow | null): OpenRow[] {
  const queue = cause ? [cause, ...rows.filter((row) => row.rowId !== cause.rowId)] : rows;
  let bytes = 0;
  const end = queue.findIndex((row, index) => {
    bytes += row.bytes;
    return index > 0 && (index >= MAX_FACTS || bytes > MAX_BYTES);
  });
  return end === -1 ? queue : queue.slice(0, end);
}
