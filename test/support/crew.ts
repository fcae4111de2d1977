import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Fact } from '../../contracts/model/facts';
import { workflowIdOf } from '../../contracts/model/ids';
import { DEFAULT_POLICY, type Policy } from '../../contracts/model/policy';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf, type Activities } from '../../contracts/model/work';
import { factsSignal, LIFECYCLE_WORKFLOW, type LifecycleInput, type LifecycleResult } from '../../workflows/messages';
import { fakeActivities, type FakeWorld } from './fake-activities';
import { uploadFact } from './facts';

export type Handle = WorkflowHandleWithSignaledRunId<(input: LifecycleInput) => Promise<LifecycleResult>>;

export interface StartInput {
  contentId?: string;
  policy?: Partial<Policy>;
  facts?: Fact[];
  input?: Partial<LifecycleInput>;
}

/** The real workflow bundle on some Temporal server, with activities made for the test. */
export interface Crew {
  /** Runs the lifecycle with these activities while `test` runs. */
  withWorkers<T>(fakes: Partial<Activities>, test: (world: FakeWorld) => Promise<T>): Promise<T>;
  start(input?: StartInput): Promise<Handle>;
}

export interface CrewServer {
  client: Client;
  connection: NativeConnection;
  namespace: string;
}

export const createCrew = (server: CrewServer, bundle: WorkflowBundleWithSourceMap): Crew => ({
  withWorkers: (fakes, test) => runWorkers(server, bundle, fakes, test),
  start: (input = {}) => start(server.client, input),
});

async function runWorkers<T>(
  { connection, namespace }: CrewServer,
  bundle: WorkflowBundleWithSourceMap,
  fakes: Partial<Activities>,
  test: (world: FakeWorld) => Promise<T>,
): Promise<T> {
  const world = fakeActivities(fakes);
  const shared = { connection, namespace };
  const lifecycle = await Worker.create({ ...shared, taskQueue: LIFECYCLE_QUEUE, workflowBundle: bundle });
  const others = await Promise.all(
    [CATALOG_QUEUE, mediaQueueOf('GLOBAL'), mediaQueueOf('NG')].map((taskQueue) =>
      Worker.create({ ...shared, taskQueue, activities: world.activities }),
    ),
  );
  const [first, ...rest] = others;
  return lifecycle.runUntil(
    rest.reduce<() => Promise<T>>(
      (inner, worker) => () => worker.runUntil(inner()),
      () => (first ? first.runUntil(test(world)) : test(world)),
    )(),
  );
}

async function start(client: Client, { contentId, policy, facts, input }: StartInput): Promise<Handle> {
  const id = contentId ?? `c-${randomUUID()}`;
  return client.workflow.signalWithStart<(input: LifecycleInput) => Promise<LifecycleResult>, [Fact[]]>(
    LIFECYCLE_WORKFLOW,
    {
      workflowId: workflowIdOf(id),
      taskQueue: LIFECYCLE_QUEUE,
      args: [{ contentId: id, generation: 1, policy: { ...DEFAULT_POLICY, ...policy }, ...input }],
      signal: factsSignal,
      signalArgs: [facts ?? [uploadFact()]],
    },
  );
}
