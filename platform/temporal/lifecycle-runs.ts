import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowOptions,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { ReelwayError } from '../../contracts/model/errors';
import { ATTRIBUTES } from '../../contracts/model/search-attributes';
import type { Residency, ContentType, Stage, Status } from '../../contracts/model/status';
import { isTooLarge } from './too-large';

/** Everything a start says beside its input: what people see of the run before its first task. */
export interface RunStart {
  workflowId: string;
  workflowType: string;
  taskQueue: string;
  input: unknown;
  signal: string;
  facts: unknown[];
  generation: number;
  creatorId: string;
  residency: Residency;
  contentType: ContentType;
  stage: Stage;
  status: Status;
  /** Of the stage; null: none yet. */
  deadlineAt: Date | null;
  uploadSessionId: string;
}

/**
 * missing: Temporal has no open run of that name, or a closed one where a start must not begin another. too-large: it
 * refused the size of what was sent, and nothing happened.
 */
export type Delivery = 'accepted' | 'missing' | 'too-large';

/**
 * Starts the run and gives it its first facts in one call; an open run gets the facts alone. The first generation is
 * refused where Temporal remembers any run of that name. A later one is a new run on purpose: its number was taken in
 * Postgres, so it is begun once.
 */
export async function signalWithStart(client: Client, start: RunStart, deadlineMs: number): Promise<Delivery> {
  const options: WorkflowOptions & { signal: string; signalArgs: [unknown[]]; args: [unknown] } = {
    ...shownOf(start),
    args: [start.input],
    signal: start.signal,
    signalArgs: [start.facts],
    workflowIdReusePolicy: start.generation === 1 ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
  };
  return deliver(client, deadlineMs, () => client.workflow.signalWithStart(start.workflowType, options));
}

/** busy: the run before is open still. */
export type Started = 'started' | 'busy';

/** How the SDK's own helpers give a start an id; without one each try is another start. */
const START_OPTIONS = Symbol.for('__temporal_internal_client_workflow_start_options');

/**
 * Starts the run of a generation that a command has written down. The request id is that of the generation: a start that
 * is repeated, even after its run has closed, is the same start for the server, and begins nothing.
 */
export async function startRun(
  client: Client,
  start: Omit<RunStart, 'signal' | 'facts'>,
  deadlineMs: number,
): Promise<Started> {
  const options: WorkflowOptions & { args: [unknown] } = {
    ...shownOf(start),
    args: [start.input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    ...{ [START_OPTIONS]: { requestId: `${start.workflowId}:g${String(start.generation)}` } },
  };
  const delivery = await deliver(client, deadlineMs, () => client.workflow.start(start.workflowType, options));
  if (delivery === 'too-large') throw new ReelwayError('INTERNAL', `Temporal refuses the size of ${start.workflowId}.`);
  return delivery === 'accepted' ? 'started' : 'busy';
}

/** The run that tells subscribers of new content. busy: it is open still; one that has ended may be begun again. */
export async function startFanOutRun(
  client: Client,
  start: Pick<RunStart, 'workflowId' | 'workflowType' | 'taskQueue' | 'creatorId' | 'residency' | 'contentType'> & {
    contentId: string;
    title: string;
  },
  deadlineMs: number,
): Promise<Started> {
  const { workflowId, taskQueue, contentId, creatorId, residency, contentType, title } = start;
  const options: WorkflowOptions & { args: [unknown] } = {
    ...{ workflowId, taskQueue, args: [{ contentId }] },
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    staticSummary: `Tells the subscribers of ${creatorId} of new ${contentType}, ${residency}`.slice(0, MAX_SUMMARY),
    staticDetails: `${contentId}: ${title}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: ATTRIBUTES.creatorId, value: creatorId },
      { key: ATTRIBUTES.residency, value: residency },
      { key: ATTRIBUTES.contentType, value: contentType },
    ]),
  };
  const delivery = await deliver(client, deadlineMs, () => client.workflow.start(start.workflowType, options));
  return delivery === 'accepted' ? 'started' : 'busy';
}

/** One signal with one argument. */
export const tellRun = (
  client: Client,
  workflowId: string,
  signal: string,
  argument: unknown,
  deadlineMs: number,
): Promise<Delivery> =>
  deliver(client, deadlineMs, () => client.workflow.getHandle(workflowId).signal<[unknown]>(signal, argument));

/** Where it runs, and what people see of it before its first task. */
const shownOf = (start: Omit<RunStart, 'signal' | 'facts'>) => ({
  workflowId: start.workflowId,
  taskQueue: start.taskQueue,
  typedSearchAttributes: attributesOf(start),
  staticSummary: `${start.contentType} of ${start.creatorId}, ${start.residency}`.slice(0, MAX_SUMMARY),
  staticDetails: `Upload session ${start.uploadSessionId}, generation ${String(start.generation)}`,
});

/** The server takes 400 bytes. */
const MAX_SUMMARY = 200;

export async function signalRun(
  client: Client,
  run: { workflowId: string; signal: string; facts: unknown[] },
  deadlineMs: number,
): Promise<Delivery> {
  return deliver(client, deadlineMs, () => client.workflow.getHandle(run.workflowId).signal(run.signal, run.facts));
}

/** False where the newest run has ended, or Temporal knows none. */
export async function isRunOpen(client: Client, workflowId: string, deadlineMs: number): Promise<boolean> {
  let open = false;
  const delivery = await deliver(client, deadlineMs, async () => {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    open = status.name === 'RUNNING';
  });
  return delivery === 'accepted' && open;
}

async function deliver(client: Client, deadlineMs: number, call: () => Promise<unknown>): Promise<Delivery> {
  try {
    await client.connection.withDeadline(Date.now() + deadlineMs, call);
    return 'accepted';
  } catch (error) {
    // An unknown namespace is another error: that is a wrong address, and nothing was lost there.
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
      return 'missing';
    if (isTooLarge(error)) return 'too-large';
    throw error;
  }
}

const attributesOf = (start: Omit<RunStart, 'signal' | 'facts'>): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: ATTRIBUTES.stage, value: start.stage },
    { key: ATTRIBUTES.status, value: start.status },
    { key: ATTRIBUTES.attention, value: false },
    { key: ATTRIBUTES.creatorId, value: start.creatorId },
    { key: ATTRIBUTES.residency, value: start.residency },
    { key: ATTRIBUTES.contentType, value: start.contentType },
    { key: ATTRIBUTES.generation, value: start.generation },
    ...(start.deadlineAt === null ? [] : [{ key: ATTRIBUTES.deadline, value: start.deadlineAt }]),
  ]);
