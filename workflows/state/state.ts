import type { ErrorCode } from '../../contracts/model/errors';
import type { Fact } from '../../contracts/model/facts';
import type { LiveSet, TakenOver } from '../../contracts/model/generation';
import type {
  CarriedOver,
  DecisionRecord,
  Held,
  Manifests,
  OpenFlag,
  RenditionView,
  StageView,
  Upload,
} from '../../contracts/model/lifecycle';
import type { Policy } from '../../contracts/model/policy';
import {
  STAGES,
  type Stage,
  type TaskPriority,
  type TerminalStatus,
  type Visibility,
} from '../../contracts/model/status';
import type { TranscodeResult, TranscodedView, VerifyUploadResult, WorkPlace } from '../../contracts/model/work';

/** A decision and whether Postgres knows it; only a recorded one opens the gate to publication. */
export interface StandingDecision extends DecisionRecord {
  /** auto: our checks found nothing, or silence counts as clear. skip: moderation was left out. Neither answers a flag. */
  by: 'auto' | 'skip' | 'person';
  recorded: boolean;
}

/** left: time that was left of each deadline, under the code of its wait. */
export interface Hold extends Held {
  left: Partial<Record<Stage, { code: ErrorCode | null; ms: number }>>;
}

/** Undo of a step, registered before the step begins; undone last-in first-out. */
export interface Compensation {
  step: 'transcode' | 'package' | 'publish';
  place: WorkPlace;
}

/**
 * Everything a run knows, as plain data: it survives continue-as-new as it is. Changed only by the functions of this
 * folder, which return a new state and never touch the old one. Times are ms since 1970.
 */
export interface LifecycleState {
  contentId: string;
  generation: number;
  revision: number;
  policy: Policy;
  carried: boolean;
  stateVersion: number;

  upload: Upload | null;
  earlierSessions: string[];
  /** Uploads nobody asked for yet; one is taken when the content waits for its creator. */
  heldUploads: Fact[];

  stages: Record<Stage, StageView>;
  renditions: RenditionView[];
  source: VerifyUploadResult | null;
  encoded: TranscodeResult[];
  transcoded: TranscodedView | null;
  manifests: Manifests | null;

  /** When the newest of what a service said of its media happened, ms; absent: it has said nothing. */
  assetAt?: number;

  flags: OpenFlag[];
  decisions: StandingDecision[];
  /** Version of the record that our checks read; null: they have not run. */
  checkedVersion: number | null;
  visibility: Visibility;

  cancelAsked: { actor: string; reason: string } | null;
  compensations: Compensation[];
  /** failed: why it stopped. tries: how often it was begun; absent: once. */
  compensating: { for: 'CANCELLED' | 'FAILED'; code: ErrorCode | null; failed: string | null; tries?: number } | null;
  ended: { status: TerminalStatus; code: ErrorCode | null } | null;

  seenRows: string[];
  seenKeys: string[];
  signals: number;
  /** Ids of the last commands that were carried out; absent: none was. */
  commands?: string[];
  /** Ids of the commands that extended a deadline, in a run from before `commands`. */
  extensions?: string[];
  /** How often something was changed that others hear of although the state is the same; absent: never. */
  touched?: number;
  /** Nothing new begins; absent or null: nobody holds it. */
  hold?: Hold | null;
  /** Absent: the default. */
  priority?: TaskPriority;
  ordinals: Record<string, number>;
  /** Of a generation that a command began; absent: an upload or a flag began it. */
  taken?: Pick<TakenOver, 'anew' | 'packageSet'> & { inherited: string | null };
  /** What viewers had when this generation began, and keep where it ends without a switch; absent: nothing. */
  live?: LiveSet;
  /** The switch to what this generation made is done. */
  switched?: true;
  /** What was last told of the state (a transition key), and since when it holds. */
  shown: string;
  since: number;
}

const newStage = (stage: Stage): StageView => ({
  stage,
  status: 'PENDING',
  attempt: 0,
  startedAt: null,
  endedAt: null,
  deadlineAt: null,
  code: null,
  message: null,
});

const newStages = (): Record<Stage, StageView> => ({
  upload: newStage('upload'),
  transcode: newStage('transcode'),
  moderate: newStage('moderate'),
  package: newStage('package'),
  publish: newStage('publish'),
});

export function newState(start: { contentId: string; generation: number; policy: Policy }): LifecycleState {
  return {
    ...start,
    revision: 1,
    carried: false,
    stateVersion: 0,
    upload: null,
    earlierSessions: [],
    heldUploads: [],
    stages: newStages(),
    renditions: [],
    source: null,
    encoded: [],
    transcoded: null,
    manifests: null,
    flags: [],
    decisions: [],
    checkedVersion: null,
    visibility: 'HIDDEN',
    cancelAsked: null,
    compensations: [],
    compensating: null,
    ended: null,
    seenRows: [],
    seenKeys: [],
    signals: 0,
    ordinals: {},
    shown: '',
    since: 0,
  };
}

/** A generation that a flag on finished content began: everything but moderation and publication is taken over. */
export function carryOver(state: LifecycleState, carried: CarriedOver, now: number): LifecycleState {
  const done = (stage: Stage): StageView => ({ ...newStage(stage), status: 'DONE', startedAt: now, endedAt: now });
  return {
    ...state,
    carried: true,
    revision: carried.revision,
    upload: carried.upload,
    transcoded: carried.transcoded,
    manifests: carried.manifests,
    visibility: carried.visibility,
    stages: { ...state.stages, upload: done('upload'), transcode: done('transcode'), package: done('package') },
  };
}

/** A new upload inside the run: every stage begins again; flags and decisions of the earlier one no longer count. */
export function openRevision(state: LifecycleState, upload: Upload): LifecycleState {
  return {
    ...state,
    revision: state.revision + 1,
    earlierSessions: state.upload ? [...state.earlierSessions, state.upload.uploadSessionId] : state.earlierSessions,
    upload,
    stages: newStages(),
    renditions: [],
    source: null,
    encoded: [],
    transcoded: null,
    manifests: null,
    carried: false,
    // A service may well announce the same renditions for the new upload: the same payload is a new fact there.
    seenKeys: state.seenKeys.filter((key) => !/^(transcoded|packaged|asset):/.test(key)),
    flags: state.flags.filter((flag) => flag.at >= upload.at),
    // An edit that was asked for is answered by this upload, also by one that had come before it was asked for.
    decisions: state.decisions.filter((one) => one.at >= upload.at && one.decision !== 'EDIT_REQUESTED'),
  };
}

export function patchStage(state: LifecycleState, stage: Stage, patch: Partial<StageView>): LifecycleState {
  return { ...state, stages: { ...state.stages, [stage]: { ...state.stages[stage], ...patch } } };
}

/** The first stage that has not ended: where the content is. */
export const currentStage = (state: LifecycleState): Stage =>
  STAGES.find((stage) => state.stages[stage].status !== 'DONE') ?? 'publish';

/** Where work for this upload happens and lies; only after the first upload. */
export function placeOf(state: LifecycleState & { upload: Upload }): WorkPlace {
  return {
    contentId: state.contentId,
    generation: state.generation,
    revision: state.revision,
    residency: state.upload.residency,
    contentType: state.upload.contentType,
  };
}
