import { mediaWork } from '../media-work';
import { isDelegated } from '../state/gates';
import type { LifecycleRun } from '../run';
import type { RenditionView } from '../../contracts/model/lifecycle';
import { placeOf, type LifecycleState } from '../state/state';

/** Is the raw object there, is it what the event and the record say, is it whole? Its probe plans the ladder. */
export async function verifyUpload(run: LifecycleRun): Promise<void> {
  const state = run.started();
  const planLadder = !isDelegated(state, 'transcode');
  const source = await mediaWork(run, {
    stage: 'upload',
    name: 'verifyUpload',
    summary: `verify ${state.upload.contentType} upload`,
    input: {
      place: placeOf(state),
      upload: state.upload,
      verify: state.policy.verify,
      planLadder,
    },
  });
  run.update((now) => ({ ...now, source, renditions: source.ladder.map(({ label }) => planned(now, label)) }));
}

/** With another raw object the plan is made anew; a rendition's attempts are counted on, so that no token names two. */
function planned(state: LifecycleState, label: string): RenditionView {
  const attempt = state.renditions.find((one) => one.label === label)?.attempt ?? 0;
  return { label, status: 'PENDING', code: null, attempt };
}
