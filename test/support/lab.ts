import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { ATTRIBUTES } from '../../contracts/model/search-attributes';
import { testServerCommand } from '../../local/stack';
import { says } from './commands';
import { createCrew, type Crew, type Handle } from './crew';
import { flaggedFact, uploadFact } from './facts';
import { quietRuntime } from './quiet-runtime';

export type { Handle } from './crew';

/** A Temporal server whose clock jumps over idle time, with the real workflow bundle and activities made for the test. */
export interface Lab extends Crew {
  env: TestWorkflowEnvironment;
  bundle: WorkflowBundleWithSourceMap;
  close(): Promise<void>;
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

/** The workflow code as it is in this folder. */
export const bundleLifecycle = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows/index'),
    logger: new DefaultLogger('ERROR'),
  });

/** The lab of a test file, there before its first test. Real workers and a real server: a busy machine takes its time. */
export function useLab(): Lab {
  jest.setTimeout(60_000);
  const lab = {} as Lab;
  beforeAll(async () => {
    Object.assign(lab, await createLab());
  }, 120_000);
  afterAll(() => lab.close());
  return lab;
}

/** A run that waits for a reviewer. */
export async function inReview(lab: Lab): Promise<Handle> {
  const run = await lab.start({ facts: [uploadFact(), flaggedFact(5_000)] });
  await says(run, 'REVIEW_OPEN');
  return run;
}

async function createLab(): Promise<Lab> {
  quietRuntime();
  const env = await startServer();
  await env.connection.operatorService.addSearchAttributes({
    searchAttributes: Object.fromEntries(
      Object.values(ATTRIBUTES).map((key) => [key.name, INDEXED_VALUE_TYPE[key.type] ?? 0]),
    ),
    namespace: 'default',
  });
  const bundle = await bundleLifecycle();
  const { client, nativeConnection: connection } = env;
  return {
    env,
    bundle,
    ...createCrew({ client, connection, namespace: 'default' }, bundle),
    close: () => env.teardown(),
  };
}
