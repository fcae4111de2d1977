import { workflowIdOf } from '../contracts/model/ids';
import type { Residency } from '../contracts/model/status';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf } from '../contracts/model/work';
import { messageOf } from '../platform/errors';
import type { ContentRow } from '../platform/postgres/contents';
import {
  describeQueue,
  inspectRun,
  type PendingActivity,
  type QueueFigures,
  type QueueKind,
  type RunInspection,
} from '../platform/temporal/runs';
import type { OperationsDeps } from './deps';

/** `show` answers within 10 s also where Temporal hangs after it was connected. */
const TEMPORAL_MS = 3_000;

/** An activity under way, as people see it. label: the rendition, where it is known. */
export interface ActivityView {
  activity: string;
  label: string | null;
  percent: number | null;
  state: PendingActivity['state'];
  attempt: number;
  maxAttempts: number | null;
  queue: string | null;
  since: string | null;
  nextAttemptAt: string | null;
  lastFailure: { code: string | null; message: string } | null;
}

/** A task queue, who asks for work there, and what waits. */
export interface QueueView extends QueueFigures {
  queue: string;
  kind: QueueKind;
}

/** What Temporal knows. status null: it knows no run, or could not be asked (`unreachable` says why). */
export interface RunView {
  status: string | null;
  runId: string | null;
  historyEvents: number | null;
  /** Link to the run in the Temporal UI, where its address is configured. */
  link: string | null;
  unreachable: string | null;
  activities: ActivityView[];
  /** A workflow task waits since then: no lifecycle worker took it. */
  workflowTaskSince: string | null;
  queues: QueueView[];
}

const NOTHING: RunView = {
  status: null,
  runId: null,
  historyEvents: null,
  link: null,
  unreachable: null,
  activities: [],
  workflowTaskSince: null,
  queues: [],
};

/** Looks at the run without needing a worker. Never throws: what cannot be asked is said in `unreachable`. */
export async function observeRun(deps: OperationsDeps, row: ContentRow): Promise<RunView> {
  if (row.phase === 'draft') return NOTHING;
  try {
    const { client } = await deps.temporal();
    const found = await inspectRun(client, workflowIdOf(row.contentId), TEMPORAL_MS);
    if (!found) return NOTHING;
    const activities = found.activities.map((activity) => toView(activity, row));
    const wanted = queuesWaitedFor(found, activities);
    const queues = await Promise.all(
      wanted.map(async ({ queue, kind }) => ({
        queue,
        kind,
        ...(await describeQueue(client, queue, kind, TEMPORAL_MS)),
      })),
    );
    return {
      status: found.status,
      runId: found.runId,
      historyEvents: found.historyEvents,
      link: linkTo(deps.config.temporal, row.contentId, found.runId),
      unreachable: null,
      activities,
      workflowTaskSince: found.workflowTaskSince?.toISOString() ?? null,
      queues,
    };
  } catch (error) {
    return { ...NOTHING, unreachable: messageOf(error) };
  }
}

function toView(activity: PendingActivity, row: ContentRow): ActivityView {
  const since = activity.startedAt ?? activity.scheduledAt;
  return {
    activity: activity.type,
    label: activity.progress.label,
    percent: activity.progress.percent,
    state: activity.state,
    attempt: activity.attempt,
    maxAttempts: activity.maxAttempts,
    queue: activity.queue ?? queueOf(activity.type, row.residency),
    since: since?.toISOString() ?? null,
    nextAttemptAt: activity.nextAttemptAt?.toISOString() ?? null,
    lastFailure: activity.lastFailure,
  };
}

/** The activities that touch media bytes; the others are short ones on Postgres and Kafka. */
const MEDIA_ACTIVITIES = new Set(['verifyUpload', 'transcodeRendition', 'packageContent', 'removeOutputs']);

/** Where the server does not say: the queue that an activity of ours goes to; null: it depends on a residency nobody knows yet. */
export function queueOf(activity: string, residency: Residency | null): string | null {
  if (!MEDIA_ACTIVITIES.has(activity)) return CATALOG_QUEUE;
  return residency && mediaQueueOf(residency);
}

function queuesWaitedFor(run: RunInspection, activities: ActivityView[]): { queue: string; kind: QueueKind }[] {
  const names = new Set(
    activities.flatMap(({ state, queue }) => (state === 'waiting' && queue !== null ? [queue] : [])),
  );
  const waited: { queue: string; kind: QueueKind }[] = [...names].map((queue) => ({ queue, kind: 'activity' }));
  if (run.workflowTaskSince) waited.unshift({ queue: LIFECYCLE_QUEUE, kind: 'workflow' });
  return waited;
}

const linkTo = (temporal: { ui: string | null; namespace: string }, contentId: string, runId: string): string | null =>
  temporal.ui &&
  `${temporal.ui.replace(/\/$/, '')}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workflowIdOf(contentId))}/${runId}`;
