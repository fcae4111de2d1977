import { setTimeout as sleep } from 'node:timers/promises';
import { ReelwayError } from '../contracts/model/errors';
import { contentIdOf, workflowIdOf } from '../contracts/model/ids';
import type { Status } from '../contracts/model/status';
import { readContent } from '../platform/postgres/contents';
import { openContents, stillOpen, type OpenContent } from '../platform/postgres/open-contents';
import type { Pool } from '../platform/postgres/pool';
import { inspectRun, openWorkflowIds } from '../platform/temporal/runs';
import { LIFECYCLE_WORKFLOW } from '../workflows/messages';
import { halfStarts } from '../platform/postgres/generations';
import type { OperationsDeps } from './deps';
import { finishHalfStarts, LEFT_AFTER_MS } from './generations/half-done';
import type { StartDeps } from './generations/start';
import { mapSome } from './map-some';
import { clearFound, markLost } from './reconcile-lost';
import { compareObjects } from './reconcile-objects';
import { longRetries } from './reconcile-retries';

/**
 * - run-missing: the content is open and its run is not: somebody ended or deleted it. What was taken down is REMOVED then
 * - run-found: the content says that its run is missing, and it is open: somebody has reset it
 * - run-unknown: a run is open and there is no row of its content; its next announcement makes one
 * - run-after-end: a run is open and the row says that the content has ended
 * - half-started: a command has written its generation down and did not start it; a running bridge does
 * - retrying: work of its stage has failed again and again for longer than is usual; the run hears of it, and when it is over
 * - unserved: work of its stage waits for longer than is usual in a queue where no worker asks; the run hears of it
 * - object-missing: a record of a finished content names objects that the store does not have
 * - object-orphaned: objects of a finished content that no record names
 */
export type DifferenceKind =
  | 'run-missing'
  | 'run-found'
  | 'run-unknown'
  | 'run-after-end'
  | 'half-started'
  | 'retrying'
  | 'unserved'
  | 'object-missing'
  | 'object-orphaned';

/** Where Postgres and Temporal do not agree. Its keys are part of the command line's contract. */
export interface Difference {
  contentId: string;
  kind: DifferenceKind;
  /** In Postgres; null: no row. */
  status: Status | null;
  /** Status of the newest run in Temporal; null: it knows none. */
  run: string | null;
  /** It needs attention, and says so, since now; what does so already is told again and not marked again. A start: it was finished. What was taken down: it is ended. Orphaned objects: they are removed. A run that is found: its mark is gone. */
  marked: boolean;
  /** The objects that differ; where it is about a run, there are none. */
  keys?: string[];
}

export interface Reconciled {
  /** Open contents, and open runs. A start that is not acknowledged yet is neither: the bridge repeats it. */
  contents: number;
  runs: number;
  differences: Difference[];
}

export interface ReconcileInput {
  actor: string;
  /** Mark what has lost its run, so that lists, metrics and `explain` show it. */
  fix: boolean;
  /** Compare with the object store, too; default false: it reads a folder per finished content. */
  objects?: boolean;
}

type Deps = Pick<OperationsDeps, 'pool' | 'temporal' | 'config'>;

const PAGE = 1_000;
const TEMPORAL_MS = 5_000;
/** Of all pages of the list. */
const LIST_MS = 8_000;
/** A run closes right after its row; what looks open then is looked at again. */
const SETTLE_MS = 2_000;

/**
 * Compares the open contents with the open runs that Temporal has. Its list lags behind, so every difference is
 * looked at once more by itself before it is told. Throws SERVICE_UNREACHABLE,
 * CONFIG_INVALID where it would mark all there is.
 */
export async function reconcile(deps: Deps, { actor, fix, objects = false }: ReconcileInput): Promise<Reconciled> {
  const { client } = await deps.temporal();
  const runs = await openWorkflowIds(client, LIFECYCLE_WORKFLOW, LIST_MS);
  const contents = await allOpen(deps.pool);
  const statusOfRun = async (contentId: string): Promise<string | null> =>
    (await inspectRun(client, workflowIdOf(contentId), TEMPORAL_MS))?.status ?? null;

  const lost = await lostRuns(
    deps.pool,
    contents.filter(({ contentId }) => !runs.has(workflowIdOf(contentId))),
    statusOfRun,
  );
  if (fix && runs.size === 0 && lost.length > 1) {
    throw new ReelwayError(
      'CONFIG_INVALID',
      `Temporal has no open run at all, of ${String(lost.length)}: nothing was marked.`,
      {
        hint: 'Is it the right one? See REELWAY_TEMPORAL_ADDRESS and REELWAY_TEMPORAL_NAMESPACE.',
      },
    );
  }
  const found = await foundRuns(contents, runs, statusOfRun);
  const place = { pool: deps.pool, client };
  const marked = fix ? await markLost(place, actor, lost) : new Set<string>();
  const cleared = fix ? await clearFound(place, actor, found) : new Set<string>();
  const known = new Set(contents.map(({ contentId }) => workflowIdOf(contentId)));
  const others = [...runs].filter((id) => !known.has(id)).map(contentIdOf);
  return {
    contents: contents.length,
    runs: runs.size,
    differences: [
      ...lost.map(({ contentId, status, run }): Difference => ({
        ...{ contentId, kind: 'run-missing', status, run, marked: marked.has(contentId) },
      })),
      ...found.map(({ contentId, status }): Difference => ({
        ...{ contentId, kind: 'run-found', status, run: OPEN, marked: cleared.has(contentId) },
      })),
      ...(await strayRuns(deps.pool, others, statusOfRun)),
      ...(await unfinishedStarts(place, fix)),
      ...(await longRetries({ ...place, config: deps.config }, fix)),
      ...(objects ? await compareObjects(deps, { actor, fix }) : []),
    ],
  };
}

/** Each has had the time to be finished by whoever began it. */
async function unfinishedStarts(deps: StartDeps, fix: boolean): Promise<Difference[]> {
  const found = await halfStarts(deps.pool, LEFT_AFTER_MS, PAGE);
  const finished = new Set(fix ? await finishHalfStarts(deps) : []);
  return found.map(({ contentId }) => ({
    ...{ contentId, kind: 'half-started' as const, status: 'STARTING' as const, run: null },
    marked: finished.has(contentId),
  }));
}

type StatusOfRun = (contentId: string) => Promise<string | null>;
type LostContent = OpenContent & { run: string | null };

const OPEN = 'RUNNING';

async function allOpen(pool: Pool): Promise<OpenContent[]> {
  const all: OpenContent[] = [];
  for (let after = ''; ;) {
    const page = await openContents(pool, { after, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
    after = page.at(-1)?.contentId ?? after;
  }
}

/** Open contents without an open run, by Temporal's own word; the row is looked at after the run, which ends after it. */
async function lostRuns(pool: Pool, suspects: OpenContent[], statusOfRun: StatusOfRun): Promise<LostContent[]> {
  const asked = await mapSome(suspects, async (content) => ({ ...content, run: await statusOfRun(content.contentId) }));
  const lost = asked.filter(({ run }) => run !== OPEN);
  const still = await stillOpen(
    pool,
    lost.map(({ contentId }) => contentId),
  );
  return lost.filter(({ contentId }) => still.has(contentId));
}

/** Open contents that say their run is missing, and have one by Temporal's own word: its list lags behind. */
async function foundRuns(contents: OpenContent[], runs: Set<string>, statusOfRun: StatusOfRun): Promise<OpenContent[]> {
  const marked = contents.filter(
    ({ contentId, failureCode }) => failureCode === 'RUN_MISSING' && runs.has(workflowIdOf(contentId)),
  );
  const asked = await mapSome(marked, async (content) => ({ content, run: await statusOfRun(content.contentId) }));
  return asked.flatMap(({ content, run }) => (run === OPEN ? [content] : []));
}

/** Open runs of contents that are not open, once both had the time to say so. */
async function strayRuns(pool: Pool, contentIds: string[], statusOfRun: StatusOfRun): Promise<Difference[]> {
  if (contentIds.length === 0) return [];
  await sleep(SETTLE_MS);
  const found = await mapSome(contentIds, async (contentId): Promise<Difference | null> => {
    const run = await statusOfRun(contentId);
    const row = await readContent(pool, contentId);
    if (row && row.phase !== 'terminal') return null;
    const kind = row ? 'run-after-end' : 'run-unknown';
    return run === OPEN ? { contentId, kind, status: row?.status ?? null, run, marked: false } : null;
  });
  return found.filter((one) => one !== null);
}
