import type { Stage } from '../contracts/model/status';
import { mediaQueueOf, type Activities } from '../contracts/model/work';
import { isNoWorker } from './failure';
import type { LifecycleRun } from './run';
import { patchStage } from './state/state';

type Work = 'verifyUpload' | 'packageContent';
type Input<K extends Work> = Parameters<Activities[K]>[0];
type Result<K extends Work> = Awaited<ReturnType<Activities[K]>>;

/** The one call that begins a stage's media work. */
interface MediaWork<K extends Work> {
  stage: Stage;
  name: K;
  summary: string;
  input: Input<K>;
}

/** Does media work, says so when no worker takes it in the expected time, and goes on by itself once one does. */
export async function mediaWork<K extends Work>(run: LifecycleRun, work: MediaWork<K>): Promise<Result<K>> {
  try {
    return await call(run, work, { scheduleToStartTimeout: run.state.policy.queueWaitMs });
  } catch (error) {
    if (!isNoWorker(error)) throw error;
    return untilTaken(run, work);
  }
}

function call<K extends Work>(run: LifecycleRun, work: MediaWork<K>, options: object): Promise<Result<K>> {
  const activity = run.media(work.stage)[work.name] as unknown as {
    executeWithOptions(options: object, args: [Input<K>]): Promise<Result<K>>;
  };
  return activity.executeWithOptions({ summary: work.summary, ...options }, [work.input]);
}

async function untilTaken<K extends Work>(run: LifecycleRun, work: MediaWork<K>): Promise<Result<K>> {
  const message = `task queue ${mediaQueueOf(run.started().upload.residency)}`;
  run.update((state) => patchStage(state, work.stage, { status: 'WAITING', code: 'NO_WORKER', message }));
  try {
    return await call(run, work, {});
  } finally {
    run.update((state) => patchStage(state, work.stage, { status: 'RUNNING', code: null, message: null }));
  }
}
