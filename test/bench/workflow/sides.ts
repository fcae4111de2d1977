import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { workflowIdOf } from '../../../contracts/model/ids';
import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf } from '../../../contracts/model/work';
import type { Stack } from '../../../local/stack';
import { packageRoot } from '../../../platform/package-root';
import { connectTemporal } from '../../../platform/temporal/client';
import { signalWithStart } from '../../../platform/temporal/lifecycle-runs';
import { ensureNamespace } from '../../../platform/temporal/namespace';
import { ensureSearchAttributes } from '../../../platform/temporal/search-attributes';
import { factsSignal, LIFECYCLE_WORKFLOW } from '../../../workflows/messages';
import { uploadFact } from '../../support/facts';
import type { StraightLineInput } from '../baseline/straight-line';
import { cpuTime } from './cpu-time';
import { noOpActivities } from './no-op-activities';
import type { Cpu } from './pairs';

/** The two things that are compared, in one process, with the same workers for their activities. */
export interface Sides {
  /** Of one content: all activities, and announcements among them. */
  activities: number;
  announces: number;
  /** Events and workflow tasks in the history of one content, on either side. */
  costs: { workflow: Cost; straightLine: Cost };
  /** So far, ms. */
  cpu(): Cpu;
  /** Starts one content and resolves when it is published. */
  workflow(id: string): Promise<void>;
  straightLine(id: string): Promise<void>;
}

export interface Cost {
  events: number;
  tasks: number;
}

const STRAIGHT_LINE_QUEUE = 'straight-line';
const CALL_DEADLINE_MS = 30_000;
/** More than are ever under way at the same time: an evicted run would be replayed, on either side. */
const CACHE = 200;
const ACTIVITIES_AT_ONCE = 20;

export async function withSides<T>(stack: Stack, work: (sides: Sides) => Promise<T>): Promise<T> {
  const { address } = stack.temporal;
  const serverPid = stack.processes.find(({ name }) => name === 'temporal')?.pid;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
  const namespace = `bench-${randomBytes(5).toString('hex')}`;
  const { client, connection: admin, close } = await connectTemporal({ address, namespace });
  await ensureNamespace(admin, namespace);
  await ensureSearchAttributes(admin, namespace);
  const connection = await NativeConnection.connect({ address });
  const workers = await createWorkers({ connection, namespace });
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    return await work({ ...(await sidesOf(client)), cpu: () => cpuTime(serverPid) });
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
    await close();
  }
}

async function createWorkers(shared: Pick<WorkerOptions, 'connection' | 'namespace'>): Promise<Worker[]> {
  const tuning = { maxCachedWorkflows: CACHE };
  const straight = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '..', 'baseline', 'straight-line.js'),
    logger: new DefaultLogger('ERROR'),
  });
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  const activities = { activities: noOpActivities, maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE };
  return Promise.all([
    Worker.create({ ...shared, ...tuning, taskQueue: LIFECYCLE_QUEUE, workflowBundle: { codePath } }),
    Worker.create({ ...shared, ...tuning, taskQueue: STRAIGHT_LINE_QUEUE, workflowBundle: straight }),
    Worker.create({ ...shared, ...activities, taskQueue: CATALOG_QUEUE }),
    Worker.create({ ...shared, ...activities, taskQueue: mediaQueueOf('GLOBAL') }),
  ]);
}

/** One content goes through the real workflow first: its history says what the straight line has to do. */
async function sidesOf(client: Client): Promise<Omit<Sides, 'cpu'>> {
  const workflow = (id: string): Promise<void> => runLifecycle(client, id);
  await workflow(SAMPLE);
  const sample = await historyOf(client, workflowIdOf(SAMPLE));
  const names = sample.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  const announces = names.filter((name) => name === 'announce').length;
  const straightLine = async (id: string): Promise<void> => {
    const args: [StraightLineInput] = [straightLineInput(id, announces)];
    await client.workflow.execute('straightLine', { workflowId: id, taskQueue: STRAIGHT_LINE_QUEUE, args });
  };
  await straightLine(SAMPLE);
  const costs = { workflow: costOf(sample), straightLine: costOf(await historyOf(client, SAMPLE)) };
  return { activities: names.length, announces, costs, workflow, straightLine };
}

const SAMPLE = 'sample';
type History = NonNullable<temporal.api.history.v1.IHistory['events']>;

const historyOf = async (client: Client, workflowId: string): Promise<History> =>
  (await client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];

const costOf = (events: History): Cost => ({
  events: events.length,
  tasks: events.filter((event) => event.workflowTaskCompletedEventAttributes).length,
});

function straightLineInput(contentId: string, announces: number): StraightLineInput {
  const { body, at } = uploadFact();
  if (body.kind !== 'upload') throw new Error('not an upload');
  const { residency, contentType } = body;
  const place = { contentId, generation: 1, revision: 1, residency, contentType };
  return { place, upload: { ...body, at }, checks: DEFAULT_POLICY.checks, announces };
}

/** Exactly as the bridge starts it. */
async function runLifecycle(client: Client, contentId: string): Promise<void> {
  const fact = uploadFact();
  const start = {
    workflowId: workflowIdOf(contentId),
    workflowType: LIFECYCLE_WORKFLOW,
    taskQueue: LIFECYCLE_QUEUE,
    input: { contentId, generation: 1, policy: DEFAULT_POLICY },
    signal: factsSignal.name,
    facts: [fact],
    generation: 1,
    creatorId: 'creator-1',
    residency: 'GLOBAL' as const,
    contentType: 'VIDEO' as const,
    stage: 'upload' as const,
    status: 'RUNNING' as const,
    deadlineAt: new Date(Date.now() + DEFAULT_POLICY.deadlineMs.upload),
    uploadSessionId: 's-1',
  };
  await signalWithStart(client, start, CALL_DEADLINE_MS);
  await client.workflow.getHandle(start.workflowId).result();
}
