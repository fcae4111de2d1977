import { ReelwayError, type ErrorCode } from '../contracts/model/errors';
import type { Manifests, RenditionView } from '../contracts/model/lifecycle';
import type { Stage, StageStatus } from '../contracts/model/status';
import {
  readDecisions,
  readEncoded,
  readFacts,
  readFlags,
  readMilestones,
  readOutputs,
  type DecisionView,
  type FactView,
  type FlagView,
  type MilestoneView,
  type OutputView,
} from '../platform/postgres/content-details';
import { readGenerations, type GenerationRow } from '../platform/postgres/content-commands';
import { readContent, type ContentRow } from '../platform/postgres/contents';
import { readFanOut, type FanOut } from '../platform/postgres/fanouts';
import type { OperationsDeps } from './deps';
import { checkContentId } from './input';
import { observeRun, type RunView } from './run';
import { isoOf, manifestsOf, summaryOf, type ContentSummary } from './views';

/** A stage with times as ISO 8601. */
export interface ShownStage {
  stage: Stage;
  status: StageStatus;
  attempt: number;
  startedAt: string | null;
  endedAt: string | null;
  deadlineAt: string | null;
  code: ErrorCode | null;
  message: string | null;
}

/** percent: what the encoder said last; null where nothing is known. */
export interface ShownRendition extends Pick<RenditionView, 'label' | 'status' | 'code'> {
  attempt: number;
  message: string | null;
  percent: number | null;
}

/** A generation with times as ISO 8601. by, reason: of the command that began it. */
export interface ShownGeneration {
  number: number;
  /** "upload", "flag", or the command. */
  begunBy: string;
  actor: string | null;
  reason: string | null;
  begunAt: string;
  endedAt: string | null;
  /** Status at its end; null: it goes on, or ended before this was kept. */
  outcome: string | null;
}

/** told, total: subscribers. total null: not begun. stopped: what the content was when it ended early; null: it did not. */
export interface ShownFanOut {
  told: number;
  total: number | null;
  ended: boolean;
  stopped: string | null;
}

/** Everything known of one content. Its keys are part of the command line's contract. */
export interface ShownContent extends ContentSummary {
  description: string | null;
  categories: string[];
  tags: string[];
  language: string | null;
  metadataVersion: number;
  uploadSessionId: string | null;
  openFlags: number;
  publishedAt: string | null;
  manifests: Manifests | null;
  stages: ShownStage[];
  renditions: ShownRendition[];
  /** Events of ours in their sequence; notices are those to people, which have none. */
  milestones: MilestoneView[];
  notices: MilestoneView[];
  /** How far its subscribers are told of it; null: it is no news to them. */
  subscribers: ShownFanOut | null;
  facts: FactView[];
  flags: FlagView[];
  decisions: DecisionView[];
  outputs: OutputView[];
  /** Oldest first: why each was begun, by whom, and how it ended. */
  generations: ShownGeneration[];
  run: RunView;
  createdAt: string;
}

/** One content with all that others said and heard of it. Throws CONTENT_NOT_FOUND; without Temporal `run` says so. */
export async function show(deps: OperationsDeps, contentId: string): Promise<ShownContent> {
  const row = await readContent(deps.pool, checkContentId(contentId));
  if (!row) throw new ReelwayError('CONTENT_NOT_FOUND', `There is no content ${contentId}.`);
  const { pool } = deps;
  const [events, fanOut, facts, flags, decisions, outputs, generations, encoded, run] = await Promise.all([
    readMilestones(pool, contentId),
    readFanOut(pool, contentId),
    readFacts(pool, contentId),
    readFlags(pool, contentId),
    readDecisions(pool, contentId),
    readOutputs(pool, contentId),
    readGenerations(pool, contentId),
    readEncoded(pool, row),
    observeRun(deps, row),
  ]);
  const milestones = events.filter((event) => event.sequence !== null);
  const notices = events.filter((event) => event.sequence === null);
  const subscribers = fanOut && toShown(fanOut);
  const shown = {
    milestones,
    notices,
    subscribers,
    facts,
    flags,
    decisions,
    outputs,
    generations: generations.map(toGeneration),
  };
  return { ...describeRow(row, run, encoded), ...shown, run };
}

const toShown = ({ told, total, ended, stopped }: FanOut): ShownFanOut => ({ told, total, ended, stopped });

const toGeneration = ({ generation, cause, verb, actor, reason, begunAt, endedAt, outcome }: GenerationRow) => ({
  ...{ number: generation, begunBy: verb ?? cause.split(':', 1)[0] ?? cause, actor, reason, outcome },
  ...{ begunAt: begunAt.toISOString(), endedAt: isoOf(endedAt) },
});

type RowPart = Omit<
  ShownContent,
  'milestones' | 'notices' | 'subscribers' | 'facts' | 'flags' | 'decisions' | 'outputs' | 'generations' | 'run'
>;

/** The part of `show` that the row and the run alone tell; `watch` looks at nothing else. */
export const describeRow = (row: ContentRow, run: RunView, encoded: string[]): RowPart => ({
  ...summaryOf(row),
  description: row.description,
  categories: row.categories,
  tags: row.tags,
  language: row.language,
  metadataVersion: row.metadataVersion,
  uploadSessionId: row.uploadSessionId,
  openFlags: row.openFlags,
  publishedAt: isoOf(row.publishedAt),
  manifests: manifestsOf(row),
  stages: row.stages.map((stage) => ({
    ...stage,
    startedAt: isoOf(stage.startedAt),
    endedAt: isoOf(stage.endedAt),
    deadlineAt: isoOf(stage.deadlineAt),
  })),
  renditions: row.renditions.map((rendition) => describeRendition(rendition, run, encoded)),
  createdAt: row.createdAt.toISOString(),
});

function describeRendition(rendition: RenditionView, run: RunView, encoded: string[]): ShownRendition {
  const { label, status, code, message = null } = rendition;
  // A run from before attempts were counted: those that failed have been begun once at least.
  const attempt = rendition.attempt ?? (status === 'PENDING' ? 0 : 1);
  return { label, status, code, attempt, message, percent: percentOf(rendition, run, encoded) };
}

/** The run tells of its renditions when all are done; what an attempt has recorded is done already. */
function percentOf(rendition: RenditionView, run: RunView, encoded: string[]): number | null {
  if (rendition.status === 'SKIPPED') return null;
  if (rendition.status === 'DONE' || encoded.includes(rendition.label)) return 100;
  return run.activities.find((activity) => activity.label === rendition.label)?.percent ?? null;
}
