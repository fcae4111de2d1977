import { isGrpcServiceError, type Client } from '@temporalio/client';
import { LIFECYCLE_QUEUE, WORKER_DEPLOYMENT } from '../../contracts/model/work';
import { isAlive } from './runs';
import { dateOf } from './timestamps';

/**
 * - current: gets every run, ramping: the share that `percent` says
 * - draining: was one of these, and runs may still be answered from it; drained: none is left
 * - inactive: registered by its workers and never used
 */
export type VersionStatus = 'inactive' | 'current' | 'ramping' | 'draining' | 'drained';

export interface DeployedVersion {
  buildId: string;
  status: VersionStatus;
  /** Of new workflow tasks, while it ramps. */
  percent: number | null;
  registeredAt: Date | null;
  /** When it was last current or ramping, or since when it is; null: never. */
  lastUsedAt: Date | null;
  /** Workers that poll with this build now. */
  workers: number;
}

export interface Deployment {
  /** Build that runs go to; null: workers without a version. */
  current: string | null;
  /** Newest registration first. */
  versions: DeployedVersion[];
  /** Workers that poll without a version. */
  unversioned: number;
}

/** What the server knows of our deployment, and who polls. Unknown there: no versions. */
export async function describeDeployment(client: Client, deadlineMs: number): Promise<Deployment> {
  return client.connection.withDeadline(Date.now() + deadlineMs, async () => {
    const [info, pollers] = await Promise.all([deploymentInfo(client), workersByBuild(client)]);
    const { currentDeploymentVersion: current, rampingDeploymentVersion: ramping } = info?.routingConfig ?? {};
    const versions = (info?.versionSummaries ?? []).map((one): DeployedVersion => {
      const buildId = one.deploymentVersion?.buildId ?? '';
      const isRamping = ramping?.buildId === buildId;
      return {
        buildId,
        status: current?.buildId === buildId ? 'current' : isRamping ? 'ramping' : drainage(one.drainageStatus),
        percent: isRamping ? (info?.routingConfig?.rampingVersionPercentage ?? 0) : null,
        registeredAt: dateOf(one.createTime),
        lastUsedAt: dateOf(one.lastDeactivationTime) ?? dateOf(one.currentSinceTime) ?? dateOf(one.rampingSinceTime),
        workers: pollers.get(buildId) ?? 0,
      };
    });
    versions.sort((left, right) => Number(right.registeredAt) - Number(left.registeredAt));
    return { current: current?.buildId ?? null, versions, unversioned: pollers.get(null) ?? 0 };
  });
}

/** Every run goes to this build with its next workflow task; null: to workers without a version. A ramp of another build goes on. */
export async function setCurrentVersion(client: Client, buildId: string | null, identity: string): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    ...request(client, identity),
    buildId: buildId ?? '',
  });
}

/** So many percent of runs go to this build, chosen by workflow id; 0 ends the ramp. */
export async function setRampingVersion(
  client: Client,
  { buildId, percent }: { buildId: string; percent: number },
  identity: string,
): Promise<void> {
  await client.workflowService.setWorkerDeploymentRampingVersion({
    ...request(client, identity),
    ...(percent === 0 ? { buildId: '', percentage: 0 } : { buildId, percentage: percent }),
  });
}

const request = (client: Client, identity: string) => ({
  namespace: client.options.namespace,
  deploymentName: WORKER_DEPLOYMENT,
  identity,
});

const GRPC_NOT_FOUND = 5;

async function deploymentInfo(client: Client) {
  try {
    const found = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: WORKER_DEPLOYMENT,
    });
    return found.workerDeploymentInfo ?? null;
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === GRPC_NOT_FOUND) return null;
    throw error;
  }
}

// VersionDrainageStatus of the Temporal API.
const DRAINAGE: Record<number, VersionStatus> = { 1: 'draining', 2: 'drained' };
const drainage = (status: number | null | undefined): VersionStatus => DRAINAGE[status ?? 0] ?? 'inactive';

/** TaskQueueType of the Temporal API. */
const WORKFLOW_QUEUE = 1;

/** How many poll with each build; null: without one. */
async function workersByBuild(client: Client): Promise<Map<string | null, number>> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: LIFECYCLE_QUEUE },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the API's enums are types only
    taskQueueType: WORKFLOW_QUEUE,
  });
  const counts = new Map<string | null, number>();
  for (const { deploymentOptions } of pollers.filter(isAlive)) {
    const buildId = deploymentOptions?.deploymentName === WORKER_DEPLOYMENT ? (deploymentOptions.buildId ?? '') : null;
    counts.set(buildId, (counts.get(buildId) ?? 0) + 1);
  }
  return counts;
}
