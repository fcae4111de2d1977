import type { TakenOver } from '../../contracts/model/generation';
import type { RenditionView } from '../../contracts/model/lifecycle';
import { patchStage, type LifecycleState } from './state';

/** The state in which a generation begins that a person asked for: what it takes over is done already. */
export function takeOver(state: LifecycleState, taken: TakenOver, now: number): LifecycleState {
  const { revision, upload, source, encoded, transcoded, manifests, visibility, flags, checkedVersion } = taken;
  const { decision, anew, packageSet, live } = taken;
  const known: LifecycleState = {
    ...{ ...state, revision, upload, source, encoded, transcoded, manifests, visibility, flags, checkedVersion },
    renditions: renditionsOf(taken),
    decisions: decision === null ? [] : [{ ...decision, recorded: true }],
    taken: { anew, packageSet, inherited: decision?.decisionId ?? null },
    ...(live && { live }),
  };
  const begun = taken.done.reduce(
    (next, stage) => patchStage(next, stage, { status: 'DONE', startedAt: now, endedAt: now }),
    known,
  );
  return taken.review ? openDecision(begun, now) : begun;
}

/** What an earlier generation left out stays so, unless it is encoded again. */
const renditionsOf = ({ source, encoded, done }: TakenOver): RenditionView[] => {
  const made = new Set(encoded.map(({ rung }) => rung.label));
  const other = done.includes('transcode') ? 'SKIPPED' : 'PENDING';
  const labels = source ? source.ladder.map(({ label }) => label) : [...made];
  return labels.map((label) => ({ label, status: made.has(label) ? 'DONE' : other, code: null }));
};

/** No check may answer what a person removed: a person is asked, beside whatever else is still to be done. */
const openDecision = (state: LifecycleState, now: number): LifecycleState =>
  patchStage(state, 'moderate', {
    status: 'WAITING',
    code: 'REVIEW_OPEN',
    message: 'it was removed, and a person has to let it be seen again',
    startedAt: now,
    deadlineAt: now + state.policy.reviewMs.STANDARD,
  });

/** Whether results of earlier generations count for this stage. */
export const takesOver = ({ taken }: LifecycleState, stage: 'transcode' | 'package'): boolean =>
  taken !== undefined && taken.anew !== stage;

/** A person's decision of an earlier generation stands: a clean result of our checks adds nothing to it. */
export const isInherited = ({ taken, decisions }: LifecycleState): boolean =>
  taken !== undefined && decisions.some((one) => one.by === 'person' && one.decisionId === taken.inherited);
