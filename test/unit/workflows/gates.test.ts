import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { foldFact } from '../../../workflows/state/fold';
import { isOpen } from '../../../workflows/state/gates';
import { settle } from '../../../workflows/state/settle';
import { newState, patchStage, type LifecycleState } from '../../../workflows/state/state';
import { decidedFact, packagedFact, transcodedFact, uploadFact } from '../../support/facts';

const NOW = 1_000_000;
const policy = {
  ...DEFAULT_POLICY,
  executors: { transcode: 'service', moderate: 'service', package: 'service' } as const,
};

/** Approved, in Postgres too, and packaged by a service: all that publication needs but what comes before a package. */
function packagedEarly(): LifecycleState {
  const facts = [uploadFact(), decidedFact('APPROVED', 5_000), packagedFact()];
  const begun = newState({ contentId: 'c', generation: 1, policy });
  const folded = facts.reduce((state, fact) => foldFact(state, fact, NOW).state, begun);
  return { ...folded, decisions: folded.decisions.map((one) => ({ ...one, recorded: true })) };
}

const verified = (state: LifecycleState): LifecycleState =>
  settle(patchStage(state, 'upload', { status: 'DONE', endedAt: NOW }), NOW);
const transcoded = (state: LifecycleState): LifecycleState => settle(foldFact(state, transcodedFact(), NOW).state, NOW);

describe('the gate of publication', () => {
  it('is closed to a package that was announced before its renditions', () => {
    expect(isOpen(verified(packagedEarly()), 'publish')).toBe(false);
  });

  it('is closed to content whose upload nobody has looked at yet', () => {
    expect(isOpen(transcoded(packagedEarly()), 'publish')).toBe(false);
  });

  it('is open once all of it is there, whatever came first', () => {
    expect(isOpen(transcoded(verified(packagedEarly())), 'publish')).toBe(true);
    expect(isOpen(verified(transcoded(packagedEarly())), 'publish')).toBe(true);
  });
});
