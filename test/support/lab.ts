import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import { testServerCommand } from '../../local/stack';
import type { Fact } from '../../contracts/model/facts';
import { workflowIdOf } from '../../contracts/model/ids';
import { DEFAULT_POLICY, type Policy } from '../../contracts/model/policy';
import { CATALOG_QUEUE, LIFECYCLE_QUEUE, mediaQueueOf, type Activities } from '../../contracts/model/work';
import { factsSignal, LIFECYCLE_WORKFLOW, type LifecycleInput, type LifecycleResult } from '../../workflows/messages';
import { ATTRIBUTES } from '../../contracts/model/search-attributes';
import { fakeActivities, type FakeWorld } from './fake-activities';
import { uploadFact } from './facts';
import { quietRuntime } from './quiet-runtime';

export type Handle = WorkflowHandleWithSignaledRunId<(input: LifecycleInput) => Promise<LifecycleResult>>;

/** A Temporal server whose clock jumps over idle time, with the real workflow bundle and activities made for the test. */
export interface Lab {
  env: TestWorkflowEnvironment;
  bundle: WorkflowBundleWithSourceMap;
  /** Runs the lifecycle with these activities while `test` runs. */
  withWorkers<T>(fakes: Partial<Activities>, test: (world: FakeWorld) => Promise<T>): Promise<T>;
  start(input?: StartInput): Promise<Handle>;
  close(): Promise<void>;
}

export interface StartInput {
  contentId?: string;
  policy?: Partial<Policy>;
  facts?: Fact[];
  input?: Partial<LifecycleInput>;
}

/** The server's own numbers of the types we use. */
const INDEXED_VALUE_TYPE: Record<string, number> = { KEYWORD: 2, INT: 3, BOOL: 5, DATETIME: 6 };

/** The SDK gives the server 5 s to listen, which a JVM on a busy machine may need more than once for. */
const START_TRIES = 8;

async function startServer(tried = 1): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path' as const, path: await testServerCommand() };
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  } catch (error) {
    if (tried === START_TRIES) throw error;
    return startServer(tried + 1);
  }
}

export async function createLab(): Promise<Lab> {
  quietRuntime();
  const env = await startServer();
  await env.connection.operatorService.addSearchAttributes({
    searchAttributes: Object.fromEntries(
      Object.values(ATTRIBUTES).map((key) => [key.name, INDEXED_VALUE_TYPE[key.type] ?? 0]),
    ),
    namespace: 'default',
  });
  const bundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows/index'),
    logger: new DefaultLogger('ERROR'),
  });
  return {
    env,
    bundle,
    withWorkers: (fakes, test) => runWorkers(env, bundle, fakes, test),
    start: (input = {}) => start(env, input),
    close: () => env.teardown(),
  };
}

async function runWorkers<T>(
  env: TestWorkflowEnvironment,
  bundle: WorkflowBundleWithSourceMap,
  fakes: Partial<Activities>,
  test: (world: FakeWorld) => Promise<T>,
): Promise<T> {
  const world = fakeActivities(fakes);
  const connection = env.nativeConnection;
  const lifecycle = await Worker.create({ connection, taskQueue: LIFECYCLE_QUEUE, workflowBundle: bundle });
  const others = await Promise.all(
    [CATALOG_QUEUE, mediaQueueOf('GLOBAL'), mediaQueueOf('NG')].map((taskQueue) =>
      Worker.create({ connection, taskQueue, activities: world.activities }),
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

async function start(env: TestWorkflowEnvironment, { contentId, policy, facts, input }: StartInput): Promise<Handle> {
  const id = contentId ?? `c-${randomUUID()}`;
  return env.client.workflow.signalWithStart<(input: LifecycleInput) => Promise<LifecycleResult>, [Fact[]]>(
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
