import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import type { Stage } from '../../../contracts/model/status';
import { newState } from '../../../workflows/state/state';
import { takeOver } from '../../../workflows/state/take-over';
import { RENDITION, takenOver } from '../../support/taken-over';

const { rung } = RENDITION;
const source = { sha256: 'x', bytes: 1, probe: null, ladder: [rung, { ...rung, label: '4320p' }] };

/** Of its ladder of two, the earlier generation has made one and left the other out. */
function begunAfter(done: Stage[]): string[] {
  const state = newState({ contentId: 'c-1', generation: 2, policy: DEFAULT_POLICY });
  const { renditions } = takeOver(state, takenOver({ source, encoded: [RENDITION], done }), 1_000);
  return renditions.map(({ label, status }) => `${label} ${status}`);
}

test('a rendition that was left out stays so where its stage is taken over, and is due where it is done anew', () => {
  expect(begunAfter(['upload', 'transcode', 'moderate'])).toEqual([`${rung.label} DONE`, '4320p SKIPPED']);
  expect(begunAfter(['upload'])).toEqual([`${rung.label} DONE`, '4320p PENDING']);
});
