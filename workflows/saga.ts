import { catalog } from './work';
import { stageFailure } from './failure';
import type { LifecycleRun } from './run';
import type { Compensation } from './state/state';

/**
 * Undoes what was done, last step first. A step that cannot be undone stops here and is told as COMPENSATION_FAILED; a
 * retry goes on with that very step. Nothing here can be cancelled.
 */
export async function compensate(run: LifecycleRun): Promise<void> {
  for (let step = run.state.compensations.at(-1); step; step = run.state.compensations.at(-1)) {
    try {
      await undo(run, step);
    } catch (error) {
      const failed = `${step.step}: ${stageFailure(error).message ?? ''}`;
      run.update((state) => ({ ...state, compensating: state.compensating && { ...state.compensating, failed } }));
      return;
    }
    run.update((state) => ({ ...state, compensations: state.compensations.slice(0, -1) }));
  }
  run.update((state) =>
    state.compensating === null
      ? state
      : {
          ...state,
          compensating: null,
          visibility: 'HIDDEN',
          ended: { status: state.compensating.for, code: state.compensating.code },
        },
  );
}

async function undo(run: LifecycleRun, { step, place }: Compensation): Promise<void> {
  if (step === 'publish') {
    await catalog(run.state).withdrawContent.executeWithOptions(
      { summary: 'undo publish', retry: { maximumAttempts: 5 } },
      [{ place }],
    );
    run.update((state) => ({ ...state, visibility: 'HIDDEN' }));
    return;
  }
  await run.media(step).removeOutputs.executeWithOptions({ summary: `undo ${step}` }, [{ place, stage: step }]);
}
