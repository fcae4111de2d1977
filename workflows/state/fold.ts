import type { ErrorCode } from '../../contracts/model/errors';
import type {
  AssetFact,
  DecidedFact,
  Fact,
  FlaggedFact,
  PackagedFact,
  TranscodedFact,
  UploadFact,
} from '../../contracts/model/facts';
import type { OutcomeReport, Upload } from '../../contracts/model/lifecycle';
import type { AssetStatus, Stage } from '../../contracts/model/status';
import { openFlags, standingDecision, verdictOf } from './moderation';
import { park } from './settle';
import { openRevision, patchStage, type LifecycleState } from './state';
import { awaitsCreator } from './view';

/** Row ids and business keys a run remembers, to know a redelivery. More than ever wait at the same time. */
const REMEMBERED = 1_000;

type Verb = Exclude<OutcomeReport['outcome'], never>;
export interface Folded {
  state: LifecycleState;
  /** null: the very same row again, whose outcome was already told. */
  outcome: OutcomeReport | null;
}

const remember = (list: string[], entry: string): string[] => [...list, entry].slice(-REMEMBERED);

/** Takes one fact into the state. Never throws: a fact that fits nowhere is late, ignored or a duplicate, with a code. */
export function foldFact(state: LifecycleState, fact: Fact, now: number): Folded {
  if (state.seenRows.includes(fact.row)) return { state, outcome: null };
  const seen = { ...state, seenRows: remember(state.seenRows, fact.row) };
  const told = (next: LifecycleState, outcome: Verb, code: ErrorCode | null = null): Folded => ({
    state: next,
    outcome: { row: fact.row, outcome, code },
  });

  const key = `${fact.body.kind}:${fact.key}`;
  if (seen.seenKeys.includes(key)) return told(seen, 'duplicate', 'SAME_FACT');
  const known = { ...seen, seenKeys: remember(seen.seenKeys, key) };
  if (known.ended) return foldLate(known, fact, told);
  if (isEarlier(known, fact)) return told(known, 'late', 'EARLIER_REVISION');

  switch (fact.body.kind) {
    case 'upload':
      return foldUpload(known, fact, fact.body, told);
    case 'transcoded':
      return foldTranscoded(known, fact.body, now, told);
    case 'packaged':
      return foldPackaged(known, fact.body, now, told);
    case 'flagged':
      return foldFlagged(known, fact, fact.body, told);
    case 'decided':
      return foldDecided(known, fact, fact.body, told);
    case 'asset':
      return foldAsset(known, fact, fact.body, now, told);
  }
}

type Tell = (next: LifecycleState, outcome: Verb, code?: ErrorCode | null) => Folded;

/** A flag that came while the run closed is handed back to the bridge, which begins a new generation with it. */
function foldLate(state: LifecycleState, fact: Fact, told: Tell): Folded {
  const unanswered = fact.body.kind === 'flagged' && (standingDecision(state)?.at ?? 0) < fact.at;
  return told(state, unanswered && state.ended?.status === 'PUBLISHED' ? 'parked' : 'late', 'CONTENT_FINISHED');
}

/** Topics have no order among them, so in the first revision a fact may well be older than its upload. */
function isEarlier(state: LifecycleState, fact: Fact): boolean {
  if (fact.body.kind === 'upload' || state.upload === null) return false;
  return (state.revision > 1 || state.generation > 1) && fact.at < state.upload.at;
}

function foldUpload(state: LifecycleState, fact: Fact, body: UploadFact, told: Tell): Folded {
  if (state.upload === null) return told({ ...state, upload: uploadOf(fact, body) }, 'applied');
  if (state.upload.uploadSessionId === body.uploadSessionId) return told(state, 'duplicate', 'SAME_FACT');
  if (state.earlierSessions.includes(body.uploadSessionId)) return told(state, 'late', 'EARLIER_REVISION');
  if (awaitsCreator(state)) return told(openRevision(state, uploadOf(fact, body)), 'applied');
  return told({ ...state, heldUploads: [...state.heldUploads, fact] }, 'parked', 'SECOND_UPLOAD');
}

const uploadOf = (fact: Fact, body: UploadFact): Upload => ({
  uploadSessionId: body.uploadSessionId,
  creatorId: body.creatorId,
  rawKey: body.rawKey,
  residency: body.residency,
  contentType: body.contentType,
  at: fact.at,
});

/** Takes the oldest held upload once the content waits for one; its outcome turns from parked to applied. */
export function takeHeldUpload(state: LifecycleState): Folded | null {
  const [fact, ...rest] = [...state.heldUploads].sort((a, b) => a.at - b.at);
  if (!fact || fact.body.kind !== 'upload' || !awaitsCreator(state)) return null;
  return {
    state: openRevision({ ...state, heldUploads: rest }, uploadOf(fact, fact.body)),
    outcome: { row: fact.row, outcome: 'applied', code: null },
  };
}

function foldTranscoded(state: LifecycleState, body: TranscodedFact, now: number, told: Tell): Folded {
  if (state.policy.executors.transcode === 'worker') return told(state, 'ignored', 'NOT_EXECUTOR');
  if (state.transcoded) return told(state, 'ignored', 'STAGE_DONE');
  const { renditions, audioTracks, durationSeconds } = body;
  const next = { ...state, transcoded: { renditions, audioTracks, durationSeconds } };
  return told(endStage(next, 'transcode', now), 'applied');
}

function foldPackaged(state: LifecycleState, body: PackagedFact, now: number, told: Tell): Folded {
  if (state.policy.executors.package === 'worker') return told(state, 'ignored', 'NOT_EXECUTOR');
  if (state.manifests) return told(state, 'ignored', 'STAGE_DONE');
  const next = { ...state, manifests: { hls: body.hls, dash: body.dash, cekId: body.cekId } };
  return told(endStage(next, 'package', now), 'applied');
}

/** One service makes renditions and package: what it says is about both, as far as they are not done. */
function foldAsset(before: LifecycleState, { at }: Fact, body: AssetFact, now: number, told: Tell): Folded {
  if (at < (before.assetAt ?? 0)) return told(before, 'late', 'OLDER_UPDATE');
  const state = { ...before, assetAt: at };
  const { transcode, package: packages } = state.policy.executors;
  if (transcode === 'worker' || packages === 'worker') return told(state, 'ignored', 'NOT_EXECUTOR');
  const open = MADE_ELSEWHERE.filter((stage) => state.stages[stage].status !== 'DONE');
  const [first] = open;
  if (!first) return told(state, 'ignored', 'STAGE_DONE');
  switch (body.status) {
    case 'READY':
      return told(
        open.reduce((next, stage) => endStage(next, stage, now), withAsset(state, body)),
        'applied',
      );
    case 'FAILED':
      return told(park(state, first, { code: 'UPSTREAM_FAILED', message: body.reason }, now), 'applied');
    case 'PENDING':
    case 'PROCESSING':
      return told(withProgress(state, first, body.status), 'applied');
  }
}

const MADE_ELSEWHERE = ['transcode', 'package'] as const;

/** It works on it: what it said to have failed is begun again. */
function withProgress(state: LifecycleState, stage: Stage, status: AssetStatus): LifecycleState {
  const { code } = state.stages[stage];
  const again = code === 'UPSTREAM_FAILED' ? ({ status: 'PENDING', code: null } as const) : {};
  const next = patchStage(state, stage, { ...again, message: `the service says ${status}` });
  return { ...next, touched: (state.touched ?? 0) + 1 };
}

/** Nobody told us where its renditions lie, so a later generation begins before them. */
function withAsset(state: LifecycleState, { manifestUrl, labels }: AssetFact): LifecycleState {
  const url = manifestUrl ?? '';
  return {
    ...state,
    renditions: labels.map((label) => ({ label, status: 'DONE', code: null })),
    manifests: state.manifests ?? { hls: url, dash: url, cekId: null },
    transcoded: state.transcoded ?? { renditions: [], audioTracks: [], durationSeconds: 1 },
  };
}

const endStage = (state: LifecycleState, stage: 'transcode' | 'package', now: number): LifecycleState =>
  patchStage(state, stage, { status: 'DONE', endedAt: now, deadlineAt: null, code: null, message: null });

function foldFlagged(state: LifecycleState, fact: Fact, body: FlaggedFact, told: Tell): Folded {
  const flag = { key: fact.key, flags: body.flags, priority: body.priority, source: 'service' as const, at: fact.at };
  return told({ ...state, flags: [...state.flags, flag] }, 'applied');
}

function foldDecided(state: LifecycleState, fact: Fact, body: DecidedFact, told: Tell): Folded {
  const before = standingDecision(state);
  const next: LifecycleState = {
    ...state,
    decisions: [
      ...state.decisions,
      {
        decisionId: body.decisionId,
        decision: body.decision,
        actor: `reviewer:${body.reviewerId}`,
        reason: 'moderation.approved',
        at: fact.at,
        by: 'person',
        recorded: false,
      },
    ],
  };
  if (before?.by === 'person' && before.at > fact.at) return told(next, 'late', 'OLDER_DECISION');
  const answersNothing = openFlags(next).length > 0 && verdictOf(next) === 'review';
  return answersNothing ? told(next, 'late', 'OLDER_THAN_FLAG') : told(next, 'applied');
}
