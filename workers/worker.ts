import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities, sweepTempDirs } from '../activities';
import type { Config } from '../platform/config';
import { unreachable } from '../platform/errors';
import type { Logger } from '../platform/log';
import { reachTemporal } from '../platform/temporal/client';
import { verifySearchAttributes } from '../platform/temporal/search-attributes';
import { openActivityDeps, type ActivityResources } from './activity-deps';
import { plannedQueues, type QueuePlan } from './queues';
import type { Part, RoleDeps } from './role';
import { installRuntime } from './runtime';
import { versioningOf } from './versioning';
import { workflowBundle } from './workflow-bundle';

/** Short activities end well within it; an encode is cancelled, and its next attempt runs elsewhere. */
const GRACE_MS = 10_000;
/** Ends before the 28 s of the whole process, which end before the usual 30 s of whoever stops it. */
const FORCE_MS = 24_000;
/** A cancel reaches an activity with the answer to a heartbeat only, so this is how long ffmpeg outlives one. */
const HEARTBEAT_THROTTLE_MS = 2_000;
/** Each holds a connection for a part of its time; more would wait for the pool until that counts as unreachable. */
const CATALOG_PER_CONNECTION = 2;

/** A Temporal worker per task queue of the configuration. Throws SERVICE_UNREACHABLE, SEARCH_ATTRIBUTES_MISSING, MIGRATION_MISMATCH. */
export async function startWorker({ config, log, registry, addMetrics }: RoleDeps): Promise<Part> {
  const runtime = await installRuntime(log);
  addMetrics(() => runtime.metrics());
  await verifyNamespace(config);
  const connection = await connect(config.temporal.address);
  const resources = await openActivityDeps(config, log, registry);
  const plans = plannedQueues(config.worker);
  await sweepTempDirs(config.tempDir, config.worker.residencies);
  const workers: Worker[] = [];
  for (const plan of plans) workers.push(await createWorker(plan, { config, log, connection, resources }));

  const runs = workers.map((worker) => worker.run());
  const inState = (...states: string[]): boolean => workers.every((worker) => states.includes(worker.getState()));
  log.info({ queues: plans.map((plan) => plan.taskQueue) }, 'polling');
  return {
    name: 'worker',
    live: () => inState('RUNNING', 'STOPPING', 'DRAINING', 'STOPPED'),
    ready: () => inState('RUNNING'),
    failed: Promise.race(runs.map((run) => run.then(neverEnds))),
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(runs);
      await resources.close();
      await connection.close();
    },
  };
}

/** A worker that was told to stop ends well; only its failure counts. */
const neverEnds = (): Promise<never> => new Promise<never>(() => undefined);

interface Setting {
  config: Config;
  log: Logger;
  connection: NativeConnection;
  resources: ActivityResources;
}

async function createWorker(plan: QueuePlan, { config, log, connection, resources }: Setting): Promise<Worker> {
  const options: WorkerOptions = {
    connection,
    namespace: config.temporal.namespace,
    taskQueue: plan.taskQueue,
    shutdownGraceTime: GRACE_MS,
    shutdownForceTime: FORCE_MS,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
  };
  if (plan.kind === 'lifecycle') {
    const bundle = await workflowBundle(log);
    const versioning = versioningOf(config.worker, bundle);
    log.info({ build: versioning.workerDeploymentOptions?.version.buildId ?? null }, 'workflow code');
    return Worker.create({
      ...options,
      ...versioning,
      maxCachedWorkflows: config.worker.cacheSize,
      workflowBundle: bundle,
    });
  }
  return Worker.create({
    ...options,
    activities: createActivities(resources.depsFor(plan)),
    maxConcurrentActivityTaskExecutions:
      plan.kind === 'media' ? config.worker.mediaConcurrency : config.postgres.poolSize * CATALOG_PER_CONNECTION,
  });
}

async function connect(address: string): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ address });
  } catch (error) {
    throw unreachable('Temporal', address, error);
  }
}

async function verifyNamespace(config: Config): Promise<void> {
  const temporal = await reachTemporal(config.temporal);
  try {
    await temporal.withDeadline(() => verifySearchAttributes(temporal.connection, config.temporal.namespace));
  } finally {
    await temporal.close();
  }
}
