import { CancellationScope, condition } from '@temporalio/workflow';
import type { PublishInput, PublishResult } from '../../contracts/model/work';
import { catalog } from '../work';
import { isOverdue, stageFailure } from '../failure';
import type { LifecycleRun } from '../run';
import { canPublish } from '../state/gates';
import { standingDecision } from '../state/moderation';
import { recheck } from '../state/settle';
import { patchStage, placeOf } from '../state/state';

/** How often a refused switch is tried while the gate stays open, and how long the run waits for the fact behind the refusal. */
const TRIES = 5;
const WAIT_MS = 5_000;

/** Publication that takes longer is shown as such. */
const MOMENT_MS = 10_000;

/**
 * The one switch to visible: a compare-and-set in Postgres, after everything told so far has left. A refusal means that
 * a flag or decision is on its way to us; the gate will close, or the switch is tried again.
 */
export async function publish(run: LifecycleRun): Promise<void> {
  await condition(() => run.announcer.isIdle());
  for (let tried = 1; ; tried++) {
    if (!canPublish(run.state)) {
      reopen(run);
      return;
    }
    try {
      const result = await CancellationScope.nonCancellable(() => makeVisible(run));
      // A cancel that came meanwhile withdraws it again, and what was removed stays so: nothing is announced.
      if (run.state.cancelAsked === null && run.state.ended === null) announcePublished(run, result);
      return;
    } catch (error) {
      const { code } = stageFailure(error);
      if (code === 'METADATA_CHANGED') {
        run.update(recheck);
        return;
      }
      if (code === 'CONTENT_REMOVED') {
        run.takeDown();
        return;
      }
      if (code !== 'PUBLISH_REFUSED' || tried === TRIES) throw error;
      await condition(() => !canPublish(run.state), WAIT_MS);
    }
  }
}

const reopen = (run: LifecycleRun): void => {
  run.update((state) => patchStage(state, 'publish', { status: 'PENDING' }));
};

async function makeVisible(run: LifecycleRun): Promise<PublishResult> {
  const state = run.started();
  const { manifests } = state;
  const decision = standingDecision(state);
  const visibility = decision?.decision === 'AGE_GATED' ? 'AGE_GATED' : 'PUBLISHED';
  run.registerCompensation('publish');
  const input: PublishInput = {
    place: placeOf(state),
    decisionId: decision?.decisionId ?? '',
    visibility,
    checkedVersion: decision?.by === 'auto' ? state.checkedVersion : null,
    manifests: manifests ?? { hls: '', dash: '', cekId: null },
  };
  const result = await switchOver(run, input);
  run.update((now) => ({ ...now, switched: true, ...(now.ended === null && { visibility }) }));
  return result;
}

/** At first within a moment; where that is not enough, the stage shows itself and has until its deadline. */
async function switchOver(run: LifecycleRun, input: PublishInput): Promise<PublishResult> {
  const within = (scheduleToCloseTimeout: number): Promise<PublishResult> =>
    catalog(run.state).publishContent.executeWithOptions(
      { summary: `publish (${input.visibility})`, scheduleToCloseTimeout },
      [input],
    );
  const { publish: deadlineMs } = run.state.policy.deadlineMs;
  try {
    return await within(Math.min(MOMENT_MS, deadlineMs));
  } catch (error) {
    if (deadlineMs <= MOMENT_MS || !isOverdue(error)) throw error;
    run.showPublication();
    return within(deadlineMs);
  }
}

function announcePublished(run: LifecycleRun, result: PublishResult): void {
  const state = run.started();
  if (!result.wasVisible) {
    run.tell('media.published', 'published', {
      content_id: state.contentId,
      creator_id: result.creatorId,
      title: result.title,
      content_type: state.upload.contentType,
      categories: result.categories,
      residency: state.upload.residency,
      ...(state.visibility === 'AGE_GATED' ? { age_gated: true } : {}),
    });
  }
  run.update((now) => ({ ...now, ended: { status: 'PUBLISHED', code: null } }));
}
