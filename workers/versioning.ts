import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { WORKER_DEPLOYMENT } from '../contracts/model/work';
import type { Config } from '../platform/config';

/** Of sixteen million builds, no two are likely to meet. */
const BUILD_ID_LENGTH = 12;

/** Names the workflow code: the same bundle is the same build, wherever it runs. */
export function buildIdOf(bundle: WorkflowBundleOption): string {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
  return createHash('sha256').update(withoutSourceMap(code)).digest('hex').slice(0, BUILD_ID_LENGTH);
}

/** It names the directory of the build. */
const withoutSourceMap = (code: string): string => code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');

/**
 * A worker of workflows registers its build, and Temporal gives it runs once somebody has made that build current.
 * Runs move on with it (AUTO_UPGRADE): they wait for people for weeks, longer than any build should live.
 */
export const versioningOf = (
  { versioning }: Config['worker'],
  bundle: WorkflowBundleOption,
): Pick<WorkerOptions, 'workerDeploymentOptions'> =>
  versioning.on
    ? {
        workerDeploymentOptions: {
          version: { deploymentName: WORKER_DEPLOYMENT, buildId: versioning.buildId ?? buildIdOf(bundle) },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      }
    : {};
