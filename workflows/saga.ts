import { catalog } from './work';
import { stageFailure } from './failure';
import type { LifecycleRun } from './run';
import type { Compensation } from './state/state';
import { undone } from './state/take-down';

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
  run.update(undone);
  tellWhatStands(run);
}

const PACKAGED = 'media.drm.packaged';

/** Others were told of a set that is gone again: the one that was live before is what they shall play. */
function tellWhatStands(run: LifecycleRun): void {
  const { live, ordinals, contentId } = run.state;
  if (!live?.manifests.cekId || ordinals[`${PACKAGED}:packaged`] === undefined) return;
  const { hls, dash, cekId } = live.manifests;
  run.tell(PACKAGED, 'packaged', {
    content_id: contentId,
    hls_manifest_url: hls,
    dash_manifest_url: dash,
    cek_id: cekId,
  });
}

async function undo(run: LifecycleRun, { step, place }: Compensation): Promise<void> {
  if (step === 'publish') {
    const back = run.state.live?.manifests;
    await catalog(run.state).withdrawContent.executeWithOptions(
      { summary: 'undo publish', retry: { maximumAttempts: 5 } },
      [{ place, ...(back && { back }) }],
    );
    if (!back) run.update((state) => ({ ...state, visibility: 'HIDDEN' }));
    return;
  }
  await run.media(step).removeOutputs.executeWithOptions({ summary: `undo ${step}` }, [{ place, stage: step }]);
}
