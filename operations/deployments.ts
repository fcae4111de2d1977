import { ReelwayError } from '../contracts/model/errors';
import { readBuildBefore, writeAudit, type AuditEntry } from '../platform/postgres/audit';
import {
  describeDeployment,
  setCurrentVersion,
  setRampingVersion,
  type DeployedVersion,
  type Deployment,
} from '../platform/temporal/deployments';
import type { OperationsDeps } from './deps';
import { checkReason } from './input';
import { isoOf } from './views';

/** A build of the workflow code and what it is used for. Its keys are part of the command line's contract; times are ISO 8601. */
export interface VersionView extends Omit<DeployedVersion, 'registeredAt' | 'lastUsedAt'> {
  registeredAt: string | null;
  lastUsedAt: string | null;
}
export interface DeploymentView extends Omit<Deployment, 'versions'> {
  versions: VersionView[];
}

export interface DeployInput {
  actor: string;
  reason: string;
}

type Deps = Pick<OperationsDeps, 'pool' | 'temporal'>;

const TEMPORAL_MS = 5_000;

/** Throws SERVICE_UNREACHABLE. */
export async function deployment(deps: Pick<Deps, 'temporal'>): Promise<DeploymentView> {
  const { client } = await deps.temporal();
  const found = await describeDeployment(client, TEMPORAL_MS);
  const versions = found.versions.map((version) => ({
    ...version,
    registeredAt: isoOf(version.registeredAt),
    lastUsedAt: isoOf(version.lastUsedAt),
  }));
  return { ...found, versions };
}

/** Lets so many percent of the runs go on with a build; 0 takes them back. Throws INPUT_INVALID, NOT_FOUND, BUILD_NOT_RUNNING. */
export async function ramp(
  deps: Deps,
  input: DeployInput & { buildId: string; percent: number },
): Promise<DeploymentView> {
  const { buildId, percent, actor } = input;
  if (!Number.isFinite(percent) || percent < 0 || percent > 100) {
    throw new ReelwayError('INPUT_INVALID', 'percent is from 0 to 100');
  }
  const before = await deployment(deps);
  const version = versionOf(before, buildId);
  if (percent > 0) assertRunning(version);
  return change(deps, input, { verb: 'deploy-ramp', args: { build: buildId, percent } }, (client) =>
    setRampingVersion(client, { buildId, percent }, actor),
  );
}

/** Every run goes on with this build, from its next workflow task. Throws NOT_FOUND, BUILD_NOT_RUNNING. */
export async function promote(deps: Deps, input: DeployInput & { buildId: string }): Promise<DeploymentView> {
  assertRunning(versionOf(await deployment(deps), input.buildId));
  return makeCurrent(deps, input, 'deploy-promote', input.buildId);
}

/**
 * Takes back what was done last: ends a ramp, else makes the build current that was so before, or workers without a version
 * where there was none. Throws NOT_FOUND where nothing can be taken back, BUILD_NOT_RUNNING.
 */
export async function rollBack(deps: Deps, input: DeployInput): Promise<DeploymentView> {
  const { current, versions, unversioned } = await deployment(deps);
  const ramping = versions.find(({ status }) => status === 'ramping');
  if (ramping) return endRamp(deps, input, { current, ramping: ramping.buildId });
  // The server does not say which builds were current before; a build that was never used was not.
  const before = await readBuildBefore(deps.pool, current);
  const last = versions.find(({ buildId, status }) => buildId === before && status !== 'inactive');
  if (!last && (current === null || unversioned === 0)) {
    throw new ReelwayError('NOT_FOUND', 'No other build was ever current.', { hint: 'See: reelway deploy status' });
  }
  if (last) assertRunning(last);
  return makeCurrent(deps, input, 'deploy-rollback', last?.buildId ?? null);
}

const endRamp = (
  deps: Deps,
  input: DeployInput,
  { current, ramping }: { current: string | null; ramping: string },
): Promise<DeploymentView> =>
  change(deps, input, { verb: 'deploy-rollback', args: { build: current, ramping } }, (client) =>
    setRampingVersion(client, { buildId: ramping, percent: 0 }, input.actor),
  );

const makeCurrent = (deps: Deps, input: DeployInput, verb: string, buildId: string | null): Promise<DeploymentView> =>
  change(deps, input, { verb, args: { build: buildId } }, (client) => setCurrentVersion(client, buildId, input.actor));

type Client = Awaited<ReturnType<OperationsDeps['temporal']>>['client'];

/** Audit first: where its row cannot be written nothing is changed. */
async function change(
  deps: Deps,
  { actor, reason }: DeployInput,
  what: Pick<AuditEntry, 'verb' | 'args'>,
  carryOut: (client: Client) => Promise<void>,
): Promise<DeploymentView> {
  const temporal = await deps.temporal();
  await writeAudit(deps.pool, { commandId: null, contentId: null, actor, reason: checkReason(reason), ...what });
  await temporal.withDeadline(() => carryOut(temporal.client));
  return deployment(deps);
}

function versionOf({ versions }: DeploymentView, buildId: string): VersionView {
  const found = versions.find((version) => version.buildId === buildId);
  if (found) return found;
  throw new ReelwayError('NOT_FOUND', `No worker has ever registered build ${buildId}.`, {
    hint: 'See: reelway deploy status. A worker registers with REELWAY_WORKER_VERSIONING=on.',
  });
}

/** Runs that were sent to a build that nobody runs would stand still. */
function assertRunning({ buildId, workers }: VersionView): void {
  if (workers === 0) throw new ReelwayError('BUILD_NOT_RUNNING', `No worker runs build ${buildId} now.`);
}
