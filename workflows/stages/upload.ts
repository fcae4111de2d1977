import { mediaWork } from '../media-work';
import { isDelegated } from '../state/gates';
import type { LifecycleRun } from '../run';
import { placeOf } from '../state/state';

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
  const renditions = source.ladder.map((rung) => ({ label: rung.label, status: 'PENDING' as const, code: null }));
  run.update((now) => ({ ...now, source, renditions }));
}
