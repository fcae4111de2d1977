import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { ReelwayError } from '../contracts/model/errors';
import type { Logger } from '../platform/log';
import { packageRoot } from '../platform/package-root';

/** Built ahead: bundling takes seconds at every start, and what was tested is what runs. */
export const BUNDLE_FILE = join(packageRoot(), 'dist', 'workflow-bundle.js');

/** The built bundle when we are built ourselves; from sources (tests) it is made now. */
export async function workflowBundle(log: Logger): Promise<WorkflowBundleOption> {
  if (extname(__filename) === '.ts') return { code: await bundleWorkflows(log) };
  if (existsSync(BUNDLE_FILE)) return { codePath: BUNDLE_FILE };
  throw new ReelwayError('TOOL_MISSING', 'The workflow bundle is not built.', { hint: 'Run: npm run build' });
}

/** Webpack's own lines matter only when it fails, and then it throws. */
export async function bundleWorkflows(log: Logger): Promise<string> {
  const silent = (): void => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '..', 'workflows', `index${extname(__filename)}`),
    logger: {
      trace: silent,
      debug: silent,
      info: silent,
      log: silent,
      warn: (message) => {
        log.warn(message);
      },
      error: (message) => {
        log.error(message);
      },
    },
  });
  return code;
}
