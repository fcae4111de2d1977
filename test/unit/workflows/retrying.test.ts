import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import type { StageStatus } from '../../../contracts/model/status';
import type { RetryingWork } from '../../../contracts/model/work';
import { forgetRetries, noteRetrying, waitsForWorker, withWorker } from '../../../workflows/state/retrying';
import { newState, patchStage, type LifecycleState } from '../../../workflows/state/state';
import { snapshotOf } from '../../../workflows/state/view';
import { foldFact } from '../../../workflows/state/fold';
import { uploadFact } from '../../support/facts';

const failing: RetryingWork = { activity: 'transcodeRendition', attempt: 3, message: 'no space is left' };
const unserved: RetryingWork = { ...failing, attempt: 2, message: 'media.ng has no worker', code: 'NO_WORKER' };

/** Verified, and at transcode. */
function transcoding(status: StageStatus = 'RUNNING'): LifecycleState {
  const uploaded = foldFact(newState({ contentId: 'c', generation: 1, policy: DEFAULT_POLICY }), uploadFact(), 1).state;
  return patchStage(patchStage(uploaded, 'upload', { status: 'DONE' }), 'transcode', { status });
}
const waiting = (): LifecycleState =>
  patchStage(transcoding('WAITING'), 'transcode', { code: 'NO_WORKER', message: 'm' });

const seen = (state: LifecycleState) => {
  const { status, stage, attention, code } = snapshotOf(state);
  return { status, stage, attention, code };
};
const RUNNING = { status: 'RUNNING', stage: 'transcode', attention: false, code: null };

describe('work that no worker takes', () => {
  it('stands at its stage, which goes on, and an admin hears of it', () => {
    const noted = noteRetrying(transcoding(), unserved);
    expect(seen(noted)).toEqual({ ...RUNNING, attention: true, code: 'NO_WORKER' });
    expect(noted.stages.transcode.message).toBe('transcodeRendition, attempt 2: media.ng has no worker');
    expect(seen(forgetRetries(noted))).toEqual(seen(noted));
  });

  it('is forgotten once it is told to be over, fails instead, or the stage has ended', () => {
    const noted = noteRetrying(transcoding(), unserved);
    expect(seen(noteRetrying(noted, null))).toEqual(RUNNING);
    expect(seen(noteRetrying(noted, failing))).toMatchObject({ code: 'RETRYING_LONG', attention: true });
    for (const status of ['DONE', 'CANCELLED'] as const) {
      expect(forgetRetries(patchStage(noted, 'transcode', { status })).stages.transcode.code).toBeNull();
    }
  });
});

describe('a stage that waits because its own call found no worker', () => {
  it('goes on waiting and saying so, whatever is noted or forgotten beside it', () => {
    const state = waiting();
    expect(waitsForWorker(state.stages.transcode)).toBe(true);
    expect(seen(state)).toEqual({ status: 'WAITING', stage: 'transcode', attention: true, code: 'NO_WORKER' });
    expect(forgetRetries(state)).toEqual(state);
    expect(noteRetrying(state, unserved)).toEqual(state);
  });

  it('runs without a code once a worker has come', () => {
    expect(seen(withWorker(waiting()))).toEqual(RUNNING);
    expect(seen(noteRetrying(withWorker(waiting()), failing))).toMatchObject({
      status: 'RUNNING',
      code: 'RETRYING_LONG',
    });
  });
});
