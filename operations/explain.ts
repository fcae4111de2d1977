import { standingOf } from '../contracts/model/attention';
import { ERRORS, type ErrorCode } from '../contracts/model/errors';
import { isTerminal, type Stage, type Status, type Visibility } from '../contracts/model/status';
import { readRemoval, type Removal } from '../platform/postgres/content-commands';
import type { OperationsDeps } from './deps';
import { glance, type ContentGlance } from './glance';
import { nextCommands } from './next';
import type { QueueView } from './run';
import { waitsOf } from './waits';

/** Who has to do something next: reelway itself, an admin of the platform, a person outside, or another service. */
export type Owner = 'reelway' | 'platform' | 'creator' | 'reviewer' | 'service' | 'nobody';

export interface Problem {
  code: ErrorCode;
  title: string;
  message: string | null;
  hint: string;
  deadlineAt: string | null;
  /** Token of the failure: a retry that names it answers no later one. null: there is nothing to retry. */
  attempt: string | null;
}

/** Why a content stands where it stands. Its keys are part of the command line's contract. Times are ISO 8601. */
export interface Explanation {
  contentId: string;
  status: Status;
  stage: Stage | null;
  visibility: Visibility;
  attention: boolean;
  /** Since when it is in this status. */
  since: string;
  owner: Owner;
  /** What went wrong; null: nothing did. */
  problem: Problem | null;
  /** What it waits for and what runs, a sentence each. */
  waitsFor: string[];
  /** The queues that something waits in, with their pollers. */
  queues: QueueView[];
  /** Who removed it, when and why; null: it is not removed, or nobody knows. */
  removal: { actor: string; at: string; reason: string } | null;
  /** Commands that are legal now, the most likely first. */
  commands: string[];
  /** The run in the Temporal UI; null: no run, or its address is not configured. */
  link: string | null;
  /** Why Temporal could not be asked; then waitsFor is what Postgres knows. */
  unreachable: string | null;
}

/** Throws CONTENT_NOT_FOUND. */
export async function explain(deps: OperationsDeps, contentId: string): Promise<Explanation> {
  const seen = await glance(deps, contentId);
  // The row was read before the run, which may have ended in between.
  const content = isLost(seen) ? await glance(deps, contentId) : seen;
  const removal = content.visibility === 'REMOVED' ? await readRemoval(deps.pool, contentId) : null;
  return explanationOf(content, removal);
}

/** Open in Postgres, and not in Temporal. A start that is not acknowledged yet has no run: the bridge repeats it. */
export const isLost = ({ status, run }: Pick<ContentGlance, 'status' | 'run'>): boolean =>
  !isTerminal(status) &&
  !['DRAFT', 'STARTING'].includes(status) &&
  run.unreachable === null &&
  run.status !== 'RUNNING';

/** Its row says that the run is missing until reconcile has looked, and the run is there: commands reach it again. */
function asItStands(content: ContentGlance): ContentGlance {
  if (content.failureCode !== 'RUN_MISSING' || content.run.status !== 'RUNNING') return content;
  const { attention, code } = standingOf(content);
  return { ...content, attention, failureCode: code };
}

export function explanationOf(seen: ContentGlance, removal: Removal | null = null): Explanation {
  const content = asItStands(seen);
  const { run, status, stage, visibility, attention, since } = content;
  const lost = isLost(content);
  const code = lost ? 'RUN_MISSING' : content.failureCode;
  return {
    ...{ contentId: content.contentId, status, stage, visibility, attention, since },
    owner: lost ? 'platform' : ownerOf(content),
    problem: code && problemOf(code, content),
    waitsFor: waitsOf(content),
    queues: run.queues,
    removal: removal && { ...removal, at: removal.at.toISOString() },
    commands: nextCommands(lost ? { ...content, failureCode: 'RUN_MISSING' } : content),
    link: run.link,
    unreachable: run.unreachable,
  };
}

function problemOf(code: ErrorCode, { stages, renditions, attempt }: ContentGlance): Problem {
  const { title, hint } = ERRORS[code];
  const stage = stages.find((one) => one.code === code);
  const rendition = renditions.find((one) => one.code === code);
  const message = stage?.message ?? (rendition ? `${rendition.label}: ${rendition.message ?? ''}` : null);
  return { code, title, message, hint, deadlineAt: stage?.deadlineAt ?? null, attempt };
}

/** Who has to act next. */
function ownerOf({ status, stages, run, attention, held }: ContentGlance): Owner {
  if (isTerminal(status)) return attention ? 'platform' : 'nobody';
  if (status === 'AWAITING_REVIEW') return 'reviewer';
  if (status === 'AWAITING_CREATOR' || status === 'DRAFT') return 'creator';
  if (status === 'PARKED' || run.queues.some((queue) => queue.pollers === 0)) return 'platform';
  const waiting = stages.find((stage) => stage.status === 'WAITING');
  if (held !== null && status === 'WAITING') return 'platform';
  if (!waiting) return attention ? 'platform' : 'reelway';
  return waiting.code === 'NO_WORKER' ? 'platform' : 'service';
}
