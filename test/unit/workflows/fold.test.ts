import fc from 'fast-check';
import type { Fact } from '../../../contracts/model/facts';
import { DEFAULT_POLICY } from '../../../contracts/model/policy';
import { foldFact, takeHeldUpload } from '../../../workflows/state/fold';
import { openFlags, standingDecision, verdictOf } from '../../../workflows/state/moderation';
import { settle } from '../../../workflows/state/settle';
import { newState, patchStage, type LifecycleState } from '../../../workflows/state/state';
import { statusOf } from '../../../workflows/state/view';
import { decidedFact, flaggedFact, packagedFact, transcodedFact, uploadFact } from '../../support/facts';

const NOW = 1_000_000;
const policy = {
  ...DEFAULT_POLICY,
  executors: { transcode: 'service', moderate: 'service', package: 'service' } as const,
};
const begin = (): LifecycleState => newState({ contentId: 'c', generation: 1, policy });

/** Folds as the run does: settled after each, and the upload verified as soon as it is known. */
function foldAll(facts: Fact[]): LifecycleState {
  return facts.reduce((state, fact) => {
    const folded = foldFact(state, fact, NOW).state;
    const { upload, stages } = folded;
    const verified =
      upload && stages.upload.status === 'PENDING' ? patchStage(folded, 'upload', { status: 'DONE' }) : folded;
    return settle(verified, NOW);
  }, begin());
}

/** What must not depend on the order in which facts came. */
const ending = (state: LifecycleState): unknown => ({
  status: statusOf(state),
  verdict: verdictOf(state),
  standing: standingDecision(state)?.decisionId,
  open: openFlags(state)
    .map((flag) => flag.key)
    .sort(),
  manifests: state.manifests,
  transcoded: state.transcoded,
  stages: Object.values(state.stages).map((stage) => [stage.stage, stage.status, stage.code]),
});

const times = fc.integer({ min: 3_000, max: 9_000 });
const decisions = fc.tuple(
  fc.constantFrom('APPROVED' as const, 'AGE_GATED' as const, 'EDIT_REQUESTED' as const),
  times,
);
const facts = fc
  .record({
    flags: fc.uniqueArray(times, { maxLength: 3 }),
    decisions: fc.uniqueArray(decisions, { maxLength: 3, selector: ([, at]) => at }),
    packaged: fc.boolean(),
  })
  .map(({ flags, decisions: taken, packaged }) => [
    uploadFact(),
    transcodedFact(),
    ...(packaged ? [packagedFact()] : []),
    ...flags.map((at) => flaggedFact(at)),
    ...taken.map(([decision, at]) => decidedFact(decision, at)),
  ]);

const sameAgain = (fact: Fact): Fact => ({ ...fact, row: `${fact.row}-again`, eventId: `${fact.eventId}-again` });

describe('facts of one content', () => {
  it('end in the same state in any order, repeated by row and by business key', () => {
    const cases = facts.chain((all) =>
      fc.tuple(fc.subarray(all), fc.subarray(all)).chain(([redelivered, repeated]) => {
        const stream = [...all, ...redelivered, ...repeated.map(sameAgain)];
        return fc.record({
          all: fc.constant(all),
          shuffled: fc.shuffledSubarray(stream, { minLength: stream.length }),
        });
      }),
    );
    fc.assert(
      fc.property(cases, ({ all, shuffled }) => {
        expect(ending(foldAll(shuffled))).toEqual(ending(foldAll(all)));
      }),
      { numRuns: 10_000 },
    );
  });

  it('are each answered once; the very same row again is not answered twice', () => {
    const upload = uploadFact();
    const first = foldFact(begin(), upload, NOW);
    expect(first.outcome).toEqual({ row: upload.row, outcome: 'applied', code: null });
    expect(foldFact(first.state, upload, NOW).outcome).toBeNull();
    expect(foldFact(first.state, sameAgain(upload), NOW).outcome).toMatchObject({
      outcome: 'duplicate',
      code: 'SAME_FACT',
    });
  });

  it('about a stage that we execute are ignored, and say so', () => {
    const ours = foldFact(newState({ contentId: 'c', generation: 1, policy: DEFAULT_POLICY }), uploadFact(), NOW).state;
    expect(foldFact(ours, transcodedFact(), NOW).outcome).toMatchObject({ outcome: 'ignored', code: 'NOT_EXECUTOR' });
    expect(foldFact(ours, packagedFact(), NOW).outcome).toMatchObject({ outcome: 'ignored', code: 'NOT_EXECUTOR' });
  });

  it('of an earlier upload are late once an edited one came, and the same renditions may be announced for it again', () => {
    const edited = foldAll([
      uploadFact(),
      transcodedFact(),
      decidedFact('EDIT_REQUESTED', 5_000),
      uploadFact({ at: 6_000 }, 's-2'),
    ]);
    expect(edited.revision).toBe(2);
    expect(foldFact(edited, flaggedFact(5_500), NOW).outcome).toMatchObject({
      outcome: 'late',
      code: 'EARLIER_REVISION',
    });
    expect(foldFact(edited, transcodedFact({ at: 7_000 }), NOW).outcome).toMatchObject({ outcome: 'applied' });
  });

  it('that decide before the flag they would answer leave it open', () => {
    const state = foldAll([uploadFact(), transcodedFact(), decidedFact('APPROVED', 4_000), flaggedFact(5_000)]);
    expect(statusOf(state)).toBe('AWAITING_REVIEW');
    expect(
      statusOf(foldAll([uploadFact(), transcodedFact(), flaggedFact(5_000), decidedFact('APPROVED', 5_000)])),
    ).not.toBe('AWAITING_REVIEW');
  });

  it('with an upload that came before the edit was asked for: it is the answer, and its own decisions count', () => {
    const held = foldAll([uploadFact(), transcodedFact(), flaggedFact(2_000), uploadFact({ at: 3_000 }, 's-2')]);
    expect(held.heldUploads).toHaveLength(1);
    const asked = settle(foldFact(held, decidedFact('EDIT_REQUESTED', 4_000), NOW).state, NOW);
    const taken = takeHeldUpload(asked);
    expect(taken?.state).toMatchObject({ revision: 2, decisions: [], flags: [] });
  });
});
