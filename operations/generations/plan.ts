import type { ReprocessStage, TakenOver } from '../../contracts/model/generation';
import type { StageView } from '../../contracts/model/lifecycle';
import type { Policy } from '../../contracts/model/policy';
import { STAGES, type Stage } from '../../contracts/model/status';
import type { Inheritance } from '../../platform/postgres/generations';

/** What stands before each stage that a reprocess may begin at; a stage behind it is looked at when it comes. */
const BEFORE: Record<ReprocessStage, Stage[]> = {
  upload: [],
  transcode: ['upload'],
  // The set that was made of the same renditions stays.
  moderate: ['upload', 'transcode', 'package'],
  package: ['upload', 'transcode', 'moderate'],
};

/** Null: what a stage that is not done again has made is not there any more. */
export function planReprocess(from: ReprocessStage, had: Inheritance, policy: Policy): TakenOver | null {
  const isThere: Partial<Record<Stage, boolean>> = {
    moderate: standing(had) !== null,
    package: had.manifests !== null,
  };
  const done = BEFORE[from].filter((stage) => isThere[stage] ?? true);
  const anew = from === 'transcode' || from === 'package' ? from : null;
  return complete(had, policy, { done, anew, live: liveOf(had), visibility: had.visibility, review: false });
}

function liveOf({ visibility, manifests }: Inheritance): TakenOver['live'] {
  const isSeen = visibility === 'PUBLISHED' || visibility === 'AGE_GATED';
  return isSeen && manifests ? { manifests, visibility } : null;
}

/** As far as it had come. It is seen again only by a decision: the one that stands, or a new one of a person. */
export function planRestore(had: Inheritance, policy: Policy): TakenOver | null {
  const review = had.flags.length > 0 || had.decision?.removes === true;
  const decision = standing(had);
  const isCleared = !review && decision !== null && (decision.by === 'person' || had.wasPublished);
  const made: Stage[] = had.manifests
    ? ['upload', 'transcode', 'package']
    : had.encoded.length > 0
      ? ['upload', 'transcode']
      : [];
  const done: Stage[] = [...made, ...(isCleared ? (['moderate'] as const) : [])];
  return complete(had, policy, { done, anew: null, live: null, visibility: 'HIDDEN', review });
}

/** Where the run stood that was lost: its stages that are done stay so, as far as what they made is there still. */
export function planRecover(
  had: Inheritance,
  { stages, anew }: { stages: readonly StageView[]; anew: TakenOver['anew'] },
  policy: Policy,
): TakenOver | null {
  const isThere: Record<Stage, boolean> = {
    upload: true,
    // What the lost run was asked to make anew it makes; beside what is live the row names the old one.
    transcode: had.transcoded !== null && anew !== 'transcode',
    moderate: standing(had) !== null && had.flags.length === 0,
    package: had.manifests !== null && anew === null,
    publish: false,
  };
  const done = STAGES.filter((stage) => isThere[stage] && stages.some((one) => one.stage === stage && isOver(one)));
  // What a person refused only a person lets through.
  const review = had.flags.length > 0 || had.decision?.removes === true;
  const choice = { anew, live: liveOf(had), visibility: had.visibility, review };
  // Renditions that are recorded count for a transcode that begins again; so does the source for an upload that does.
  const fewer = [done, done.filter((stage) => stage !== 'transcode'), []];
  return fewer.map((some) => complete(had, policy, { ...choice, done: some })).find((plan) => plan !== null) ?? null;
}

const isOver = ({ status }: StageView): boolean => status === 'DONE' || status === 'SKIPPED';

/** The stage that a generation begins with. */
export const firstStage = ({ done }: TakenOver): Stage => STAGES.find((stage) => !done.includes(stage)) ?? 'publish';

function standing({ decision }: Inheritance): TakenOver['decision'] {
  if (decision === null || decision.removes) return null;
  const { removes: _removes, ...record } = decision;
  return record;
}

type Choice = Pick<TakenOver, 'done' | 'anew' | 'live' | 'visibility' | 'review'>;

function complete(had: Inheritance, policy: Policy, choice: Choice): TakenOver | null {
  const { done } = choice;
  const isDone = (stage: Stage): boolean => done.includes(stage);
  if (had.upload === null) return null;
  const encodes = !isDone('transcode') && policy.executors.transcode === 'worker';
  if (encodes && isDone('upload') && had.source === null) return null;
  const packages = !isDone('package') && policy.executors.package === 'worker';
  if (packages && isDone('transcode') && had.encoded.length === 0) return null;
  const decision = standing(had);
  // A clean result of our checks counts as long as they do not run again; a person's decision they only add flags to.
  const isKept = decision !== null && !choice.review && (isDone('moderate') || decision.by === 'person');
  return {
    ...choice,
    ...{ revision: had.revision, upload: had.upload, flags: had.flags, packageSet: had.lastSet + 1 },
    source: isDone('upload') ? had.source : null,
    encoded: isDone('transcode') ? had.encoded : [],
    transcoded: isDone('transcode') ? had.transcoded : null,
    manifests: isDone('package') ? had.manifests : null,
    decision: isKept ? decision : null,
    checkedVersion: isDone('moderate') ? had.metadataVersion : null,
  };
}
