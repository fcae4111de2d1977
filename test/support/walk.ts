import * as fc from 'fast-check';
import type { ErrorCode } from '../../contracts/model/errors';
import type { Fact } from '../../contracts/model/facts';
import { DEFAULT_POLICY, type Policy } from '../../contracts/model/policy';
import { DECISIONS, EXECUTORS, STAGES, TASK_PRIORITIES, type Stage } from '../../contracts/model/status';
import type { Rung, VerifyUploadResult } from '../../contracts/model/work';
import type { Command } from '../../workflows/messages';
import * as verbs from '../../workflows/state/commands';
import { foldFact, takeHeldUpload } from '../../workflows/state/fold';
import { isDelegated, isOpen } from '../../workflows/state/gates';
import { patchRendition } from '../../workflows/state/renditions';
import { park, settle } from '../../workflows/state/settle';
import { newState, patchStage, type LifecycleState } from '../../workflows/state/state';
import { decidedFact, flaggedFact, packagedFact, transcodedFact, uploadFact } from './facts';

/**
 * A run without Temporal: everything that can happen to a state (facts, work that ends or fails, time, commands), one random
 * step after the other, by the functions the run uses.
 */
export type Step = (state: LifecycleState, now: number) => LifecycleState;

const DAY_MS = 24 * 60 * 60 * 1_000;

const RUNGS = ['360p', '720p', 'a128'].map((label) => ({ label, kind: label.startsWith('a') ? 'audio' : 'video' }));
const SOURCE = { sha256: 'x', bytes: 1, probe: {}, ladder: RUNGS as Rung[] } as unknown as VerifyUploadResult;
const LABELS = ['360p', '720p', 'a128', '1080p'] as const;

const FAILURES: Record<Stage, ErrorCode[]> = {
  upload: ['RAW_OBJECT_MISSING', 'SOURCE_EMPTY', 'CREATOR_MISMATCH'],
  transcode: ['MILESTONE_INVALID'],
  moderate: ['ALL_CHECKS_DOWN'],
  package: ['PACKAGE_FAILED', 'STAGE_DEADLINE'],
  publish: ['METADATA_MISSING', 'PUBLISH_REFUSED'],
};

let keys = 0;
const fact = (make: (at: number, patch: Partial<Fact>) => Fact): Step => {
  return (state, now) => foldFact(state, make(now, { key: `k-${String(++keys)}` }), now).state;
};

const FACTS: Step[] = [
  fact((at, patch) => uploadFact({ ...patch, at }, patch.key)),
  fact((at, patch) => transcodedFact({ ...patch, at })),
  fact((at, patch) => packagedFact({ ...patch, at })),
  fact((at, patch) => flaggedFact(at, patch)),
  fact((at, patch) => decidedFact('APPROVED', at, patch)),
  fact((at, patch) => decidedFact('EDIT_REQUESTED', at, patch)),
  (state) => takeHeldUpload(state)?.state ?? state,
  (state) => ({ ...state, decisions: state.decisions.map((one) => ({ ...one, recorded: true })) }),
];

const running = (state: LifecycleState): Stage | undefined =>
  STAGES.find((stage) => state.stages[stage].status === 'RUNNING');

/** As the loop of the run does in each of its passes. */
function begin(state: LifecycleState, now: number): LifecycleState {
  const stage = STAGES.find((one) => isOpen(state, one) && !isDelegated(state, one));
  if (!stage || state.ended || state.compensating || state.cancelAsked) return state;
  const { attempt } = state.stages[stage];
  return patchStage(state, stage, { status: 'RUNNING', attempt: attempt + 1, startedAt: now, deadlineAt: now + 1 });
}

const finish: Step = (state, now) => {
  const stage = running(state);
  const isLeft = state.renditions.some(({ status }) => status !== 'DONE' && status !== 'SKIPPED');
  if (stage === undefined || (stage === 'transcode' && isLeft)) return state;
  if (stage === 'upload') return patchStage(planned(state), stage, { status: 'DONE', endedAt: now, deadlineAt: null });
  const status = stage === 'moderate' ? 'WAITING' : 'DONE';
  const code = stage === 'moderate' ? 'CHECK_FAILED' : null;
  const done = patchStage(state, stage, { status, code, deadlineAt: status === 'DONE' ? null : now + DAY_MS });
  return stage === 'publish' ? { ...done, visibility: 'PUBLISHED', ended: { status: 'PUBLISHED', code: null } } : done;
};

const planned = (state: LifecycleState): LifecycleState =>
  isDelegated(state, 'transcode')
    ? { ...state, source: { ...SOURCE, ladder: [] } }
    : {
        ...state,
        source: SOURCE,
        renditions: RUNGS.map(({ label }) => ({ label, status: 'PENDING', code: null, attempt: 0 })),
      };

const encode =
  (label: string, isGood: boolean): Step =>
  (state, now) => {
    const one = state.renditions.find((rendition) => rendition.label === label);
    if (running(state) !== 'transcode' || one?.status !== 'PENDING') return state;
    const attempt = (one.attempt ?? 0) + 1;
    const failed = { status: 'PARKED', code: 'TRANSCODE_FAILED', message: 'exit 1', parkedAt: now } as const;
    const next = patchRendition(state, label, { attempt, ...(isGood ? { status: 'DONE' } : failed) });
    const isOver = next.renditions.every(({ status }) => status !== 'PENDING');
    const isStopped = isOver && next.renditions.some(({ status }) => status === 'PARKED');
    return isStopped ? park(next, 'transcode', { code: 'TRANSCODE_FAILED', message: null }, now) : next;
  };

const fail =
  (which: number): Step =>
  (state, now) => {
    const stage = running(state);
    if (stage === undefined || state.ended) return state;
    const codes = FAILURES[stage];
    return park(state, stage, { code: codes[which % codes.length] ?? 'INTERNAL', message: null }, now);
  };

const unwind =
  (failed: string | null): Step =>
  (state) => {
    if (state.ended || !(state.cancelAsked ?? state.compensating)) return state;
    const begun = state.compensating ?? { for: 'CANCELLED' as const, code: null, failed: null };
    return { ...state, compensating: { ...begun, failed } };
  };

const noWorker: Step = (state) => {
  const stage = running(state);
  return stage === 'upload' ? patchStage(state, stage, { status: 'WAITING', code: 'NO_WORKER' }) : state;
};

/** Carries a command out where it is not refused, as the run does. */
const commanded = <C extends Command>(verb: verbs.Verb<C>, command: C): Step => {
  return (state, now) =>
    verbs.refusalOf(verb, state, command) === null ? verbs.carryOut(verb, state, command, now) : state;
};

const COMMANDS: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom(...STAGES, undefined),
    fc.constantFrom(...LABELS, undefined),
    fc.constantFrom(...DECISIONS),
    fc.constantFrom(...EXECUTORS),
    fc.constantFrom(...TASK_PRIORITIES),
    fc.nat(9),
  )
  .map(([stage, rendition, decision, executor, priority, which]): Step => {
    const by = { commandId: `c-${String(++keys)}`, actor: 'local:anna', reason: 'because' };
    const at = { decisionId: by.commandId };
    const where = { ...(stage && { stage }), ...(rendition && { rendition }) };
    const all: ((now: number) => Step)[] = [
      () => commanded(verbs.retry, { ...by, ...where }),
      () => commanded(verbs.retry, { ...by, ...(stage && { stage }) }),
      () => commanded(verbs.retry, { ...by, ...(stage && { stage }), with: { executor } }),
      () => commanded(verbs.retry, { ...by, with: { ladder: ['360p'] } }),
      () => commanded(verbs.retry, { ...by, with: { rawKey: 'raw/c/other.mp4' } }),
      (now) => commanded(verbs.skip, { ...by, ...where, ...at, at: now }),
      () => commanded(verbs.hold, by),
      () => commanded(verbs.release, by),
      () => commanded(verbs.reprioritise, { ...by, priority }),
      (now) => commanded(verbs.decide, { ...by, ...at, decision, at: now }),
    ];
    return (state, now) => all[which]?.(now)(state, now) ?? state;
  });

const STEPS: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(finish) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('360p', '720p', 'a128'), fc.boolean()).map((of) => encode(...of)) },
  { weight: 1, arbitrary: fc.nat(2).map(fail) },
  { weight: 2, arbitrary: fc.constantFrom(...FACTS) },
  { weight: 3, arbitrary: COMMANDS },
  { weight: 1, arbitrary: fc.constantFrom(noWorker, unwind(null), unwind('transcode: disk full')) },
  { weight: 1, arbitrary: fc.constant<Step>((state) => state) },
);

const policies: fc.Arbitrary<Policy> = fc
  .record({
    transcode: fc.constantFrom('worker', ...EXECUTORS),
    moderate: fc.constantFrom(...EXECUTORS),
    package: fc.constantFrom(...EXECUTORS),
  })
  .map((executors) => ({ ...DEFAULT_POLICY, executors }));

/** A policy, and steps with the time that passes before each, in ms. */
export const walks = fc.tuple(
  policies,
  fc.array(fc.tuple(STEPS, fc.constantFrom(1, 2, 60_000, DAY_MS)), { minLength: 5, maxLength: 60, size: 'max' }),
);

/** Every state on the way, settled, with its time. */
export function statesOf(policy: Policy, steps: [Step, number][]): { state: LifecycleState; now: number }[] {
  const begun = newState({ contentId: 'c-1', generation: 1, policy });
  let now = 1_000_000;
  let state = settle(foldFact(begun, uploadFact({ at: now }), now).state, now);
  return steps.map(([step, passed]) => {
    now += passed;
    state = begin(settle(step(settle(state, now), now), now), now);
    return { state, now };
  });
}
