import type { LifecycleResult } from '../../../workflows/messages';

/** The numbers of DESIGN's list "what must always hold"; docs/architecture.md tells them. */
export type InvariantNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export interface Violation {
  invariant: InvariantNumber;
  /** What was found, with names and numbers; never a secret. */
  what: string;
  contentId?: string;
}

/** Looks at facts alone, so that a broken state can be made up as well as made. */
export type Invariant = (facts: Facts) => Violation[];

/** Everything a world shows, read at about the same time. Times in ms since 1970. */
export interface Facts {
  contents: Content[];
  generations: { contentId: string; generation: number }[];
  runs: Run[];
  milestones: MilestoneRow[];
  notices: NoticeRow[];
  /** Contents whose subscribers are told of them. */
  fanOuts: { contentId: string }[];
  /** Every record of every topic, in the order of its partition. */
  wire: WireRecord[];
  offsets: Offset[];
  identities: Identity[];
  inbox: InboxRow[];
  deadLetters: DeadLetter[];
  flags: { contentId: string; key: string; clearedBy: string | null }[];
  decisions: { contentId: string; decisionId: string; decision: string }[];
  /** Verbs of the audit per content. */
  audit: { contentId: string | null; verb: string; args: string }[];
  outputs: Output[];
  /** Raw keys that we know of. */
  rawKeys: string[];
  /** Paths below the object store and the folder of temporary files; a folder ends with "/". */
  objects: string[];
  temp: string[];
  /** What the processes of the world wrote. */
  logs: { name: string; text: string }[];
  /** Processes of the world that are alive; tools: ffmpeg, ffprobe, packager. */
  processes: { pid: number; command: string; isTool: boolean }[];
  secrets: Secret[];
}

export interface Content {
  contentId: string;
  phase: string;
  generation: number;
  revision: number;
  residency: string | null;
  stage: string | null;
  status: string;
  visibility: string;
  attention: boolean;
  code: string | null;
  openFlags: number;
  decisionId: string | null;
  removed: boolean;
  hls: string | null;
  dash: string | null;
  /** The last number given to a milestone. */
  sequence: number;
}

export interface Run {
  contentId: string;
  runId: string;
  /** The run whose beginning it shares: itself, or the one that an operator reset. */
  origin: string;
  generation: number;
  /** RUNNING, COMPLETED, TERMINATED …, as Temporal says. */
  status: string;
  startedAt: number;
  /** What an operator filters by. */
  shown: { status: string | null; stage: string | null; attention: boolean | null; code: string | null };
  result: LifecycleResult | null;
  activities: Activity[];
  timersOpen: number;
  /** The last workflow task failed and none has ended well since. */
  taskFails: boolean;
  /** All text of the history: inputs, results, failures, summaries. */
  text: string;
}

export interface Activity {
  name: string;
  queue: string;
  /** Stage that a removal is about. */
  stage: string | null;
  /** Event ids; endedAt is null while it is open. */
  scheduledAt: number;
  endedAt: number | null;
}

export interface MilestoneRow {
  eventId: string;
  contentId: string;
  generation: number;
  topic: string;
  milestone: string;
  ordinal: number;
  /** Null: a notice to a person, outside all order. */
  sequence: number | null;
  recordKey: string;
  value: string;
  /** Milestones that left together have the same; null: not sent. */
  sentAt: number | null;
}

/** What a person is told, as it was requested. */
export interface NoticeRow {
  eventId: string;
  userId: string;
  value: string;
}

export interface WireRecord {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  key: string | null;
  headers: Record<string, string>;
  value: string;
  /** Of the envelope, where there is one; the event id in lower case. */
  eventId: string | null;
  source: string | null;
  payload: unknown;
}

/** Of the bridge's group. */
export interface Offset {
  topic: string;
  partition: number;
  high: number;
  committed: number;
}

export interface Identity {
  eventId: string;
  payloadHash: string;
  rowId: string;
  contentId: string | null;
  outcome: string | null;
  code: string | null;
}

export interface InboxRow {
  rowId: string;
  status: string;
  key: string;
  topic: string;
  headers: Record<string, string>;
}

export interface DeadLetter {
  topic: string;
  partition: number;
  offset: number;
  eventId: string | null;
  code: string;
  headers: Record<string, string>;
}

export interface Output {
  contentId: string;
  generation: number;
  stage: string;
  variant: string;
  keys: string[];
  removed: boolean;
}

/** A text that may stand nowhere. name: for the report. */
export interface Secret {
  name: string;
  forms: string[];
}

export const isVisible = (content: Pick<Content, 'visibility'>): boolean =>
  content.visibility === 'PUBLISHED' || content.visibility === 'AGE_GATED';

/** The newest run of each content. */
export function newestRuns(facts: Pick<Facts, 'runs'>): Map<string, Run> {
  const newest = new Map<string, Run>();
  for (const run of facts.runs) {
    const other = newest.get(run.contentId);
    if (!other || other.startedAt < run.startedAt) newest.set(run.contentId, run);
  }
  return newest;
}

export const openRunOf = (facts: Pick<Facts, 'runs'>, contentId: string): Run | undefined =>
  facts.runs.find((run) => run.contentId === contentId && run.status === 'RUNNING');
