import {
  ApplicationFailure,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { isErrorCode, ReelwayError } from '../../contracts/model/errors';
import { ATTRIBUTES } from '../../contracts/model/search-attributes';
import { dateOf } from './timestamps';

const GRPC_DEADLINE_EXCEEDED = 4;

export interface UpdateRequest {
  workflowId: string;
  /** Name of the update handler. */
  update: string;
  /** The same id twice is carried out once, also after the run has ended. */
  updateId: string;
  args: [unknown];
}

/**
 * Sends an update and waits for its answer, at most `deadlineMs`; null: Temporal knows no open run of that name.
 * A refusal of the run is thrown under its own code. Throws OUTCOME_UNKNOWN where no answer came: without a worker an
 * update blocks, and every one that timed out may still be carried out later.
 */
export async function sendUpdate(
  client: Client,
  request: UpdateRequest,
  deadlineMs: number,
): Promise<{ answer: unknown } | null> {
  const { workflowId, update, updateId, args } = request;
  const handle = client.workflow.getHandle(workflowId);
  try {
    const answer = await client.connection.withDeadline(Date.now() + deadlineMs, () =>
      handle.executeUpdate<unknown, [unknown]>(update, { args, updateId }),
    );
    return { answer };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error);
    if (isTimeout(error)) throw new ReelwayError('OUTCOME_UNKNOWN', undefined, { cause: error });
    throw error;
  }
}

function refusalOf(error: WorkflowUpdateFailedError): ReelwayError {
  const cause = error.cause;
  const code = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
  return new ReelwayError(isErrorCode(code) ? code : 'INTERNAL', cause?.message ?? error.message, { cause: error });
}

function isTimeout(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  return isGrpcServiceError(error) && (error.code as number) === GRPC_DEADLINE_EXCEEDED;
}

/** An activity that is not done yet, as the server sees it; no worker is needed to know it. */
export interface PendingActivity {
  activityId: string;
  type: string;
  /** Null where the server does not say. */
  queue: string | null;
  state: 'waiting' | 'running' | 'backing-off' | 'cancelling' | 'paused';
  attempt: number;
  maxAttempts: number | null;
  scheduledAt: Date | null;
  startedAt: Date | null;
  nextAttemptAt: Date | null;
  /** What its last heartbeat said. */
  progress: { percent: number | null; label: string | null };
  lastFailure: { code: string | null; message: string } | null;
}

export interface RunInspection {
  /** RUNNING, COMPLETED, TERMINATED … */
  status: string;
  runId: string;
  historyEvents: number;
  /** As the run shows it; null: none, or another workflow's. */
  failureCode: string | null;
  activities: PendingActivity[];
  /** Since when a workflow task waits for a worker; null: none waits. */
  workflowTaskSince: Date | null;
  /** A workflow task is under way or waits: what comes next is not known yet. */
  isDeciding: boolean;
}

/** The newest run of a name, or null where Temporal knows none. */
export async function inspectRun(
  client: Client,
  workflowId: string,
  deadlineMs: number,
): Promise<RunInspection | null> {
  try {
    const found = await client.connection.withDeadline(Date.now() + deadlineMs, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return toInspection(found);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

type Raw = WorkflowExecutionDescription['raw'];
type RawActivity = NonNullable<Raw['pendingActivities']>[number];

function toInspection(found: WorkflowExecutionDescription): RunInspection {
  const task = found.raw.pendingWorkflowTask;
  return {
    status: found.status.name,
    runId: found.runId,
    historyEvents: found.historyLength,
    failureCode: found.typedSearchAttributes.get(ATTRIBUTES.code) ?? null,
    activities: (found.raw.pendingActivities ?? []).map(toActivity),
    workflowTaskSince: task && (task.state as number) === PENDING_SCHEDULED ? dateOf(task.scheduledTime) : null,
    isDeciding: Boolean(task),
  };
}

// PendingActivityState and PendingWorkflowTaskState of the Temporal API; its enums are types only.
const PENDING_SCHEDULED = 1;
const PENDING_STARTED = 2;
const PENDING_CANCEL_REQUESTED = 3;
const PENDING_PAUSED = 4;

function toActivity(raw: RawActivity): PendingActivity {
  return {
    activityId: raw.activityId ?? '',
    type: raw.activityType?.name ?? '',
    queue: raw.activityOptions?.taskQueue?.name ?? null,
    state: stateOf(raw),
    attempt: raw.attempt ?? 1,
    maxAttempts: raw.maximumAttempts ? raw.maximumAttempts : null,
    scheduledAt: dateOf(raw.scheduledTime),
    startedAt: (raw.state as number) === PENDING_STARTED ? dateOf(raw.lastStartedTime) : null,
    nextAttemptAt: dateOf(raw.nextAttemptScheduleTime),
    progress: progressOf(raw),
    lastFailure: failureOf(raw.lastFailure),
  };
}

function stateOf(raw: RawActivity): PendingActivity['state'] {
  const state = raw.state as number;
  if (state === PENDING_STARTED) return 'running';
  if (state === PENDING_CANCEL_REQUESTED) return 'cancelling';
  if (state === PENDING_PAUSED || raw.paused === true) return 'paused';
  const next = dateOf(raw.nextAttemptScheduleTime);
  return next !== null && next.getTime() > Date.now() ? 'backing-off' : 'waiting';
}

/** Heartbeats are ours: plain JSON, {percent, label}. Anything else is no progress, never an error. */
function progressOf(raw: RawActivity): PendingActivity['progress'] {
  const data = raw.heartbeatDetails?.payloads?.[0]?.data;
  try {
    const said = JSON.parse(Buffer.from(data ?? []).toString('utf8')) as { percent?: unknown; label?: unknown };
    return {
      percent: typeof said.percent === 'number' ? said.percent : null,
      label: typeof said.label === 'string' ? said.label : null,
    };
  } catch {
    return { percent: null, label: null };
  }
}

function failureOf(failure: RawActivity['lastFailure']): PendingActivity['lastFailure'] {
  if (!failure) return null;
  return { code: failure.applicationFailureInfo?.type ?? null, message: failure.message ?? '' };
}

export type QueueKind = 'workflow' | 'activity';
// TaskQueueType of the Temporal API.
const QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

/** A long poll lasts 60 s; the server goes on naming pollers for minutes after they are gone. */
const POLLER_ALIVE_MS = 75_000;

export const isAlive = ({ lastAccessTime }: { lastAccessTime?: Parameters<typeof dateOf>[0] }): boolean =>
  Date.now() - (dateOf(lastAccessTime)?.getTime() ?? 0) < POLLER_ALIVE_MS;

/** pollers: workers that ask for work there. backlog and oldestSeconds: what waits, as about as the server knows it. */
export interface QueueFigures {
  pollers: number;
  backlog: number;
  oldestSeconds: number;
}

/** What the server knows of a task queue of the client's namespace. */
export async function describeQueue(
  client: Client,
  queue: string,
  kind: QueueKind,
  deadlineMs: number,
): Promise<QueueFigures> {
  const found = await client.connection.withDeadline(Date.now() + deadlineMs, () =>
    client.connection.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the API's enums are types only
      taskQueueType: QUEUE_TYPE[kind],
      reportStats: true,
    }),
  );
  const alive = found.pollers.filter(isAlive);
  const { approximateBacklogCount: backlog, approximateBacklogAge: age } = found.stats ?? {};
  return {
    pollers: new Set(alive.map((poller) => poller.identity)).size,
    backlog: Number(backlog ?? 0),
    oldestSeconds: Number(age?.seconds ?? 0),
  };
}

/** Workflow ids of all open runs of a type, as the visibility store lists them: a moment behind. */
export async function openWorkflowIds(client: Client, workflowType: string, deadlineMs: number): Promise<Set<string>> {
  const ids = new Set<string>();
  const query = `WorkflowType = "${workflowType}" AND ExecutionStatus = "Running"`;
  return client.connection.withDeadline(Date.now() + deadlineMs, async () => {
    for await (const { workflowId } of client.workflow.list({ query, pageSize: LISTED_AT_ONCE })) ids.add(workflowId);
    return ids;
  });
}

const LISTED_AT_ONCE = 1_000;
