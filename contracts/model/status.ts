export const STAGES = ['upload', 'transcode', 'moderate', 'package', 'publish'] as const;
export type Stage = (typeof STAGES)[number];

export const RESIDENCIES = ['GLOBAL', 'NG'] as const;
export type Residency = (typeof RESIDENCIES)[number];

export const CONTENT_TYPES = ['VIDEO', 'AUDIO'] as const;
export type ContentType = (typeof CONTENT_TYPES)[number];

/** How far the content is. The last four are terminal. */
export const STATUSES = [
  'DRAFT',
  'STARTING',
  'RUNNING',
  'WAITING',
  'PARKED',
  'AWAITING_REVIEW',
  'AWAITING_CREATOR',
  'COMPENSATING',
  'PUBLISHED',
  'REMOVED',
  'CANCELLED',
  'FAILED',
] as const;
export type Status = (typeof STATUSES)[number];

export const TERMINAL_STATUSES = ['PUBLISHED', 'REMOVED', 'CANCELLED', 'FAILED'] as const;
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

export const isTerminal = (status: string): status is TerminalStatus =>
  (TERMINAL_STATUSES as readonly string[]).includes(status);

/** Who can see the content. */
export const VISIBILITIES = ['HIDDEN', 'PUBLISHED', 'AGE_GATED', 'REMOVED'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * PENDING: its gate is closed. WAITING: for a service, a reviewer, the creator or a free worker. SKIPPED: a rendition that
 * an admin left out.
 */
export const STAGE_STATUSES = ['PENDING', 'RUNNING', 'WAITING', 'PARKED', 'DONE', 'SKIPPED', 'CANCELLED'] as const;
export type StageStatus = (typeof STAGE_STATUSES)[number];

/** The three values other services may send, and REMOVED, which only our own admins have. */
export const DECISIONS = ['APPROVED', 'AGE_GATED', 'EDIT_REQUESTED', 'REMOVED'] as const;
export type Decision = (typeof DECISIONS)[number];

export const EXECUTORS = ['worker', 'service'] as const;
export type Executor = (typeof EXECUTORS)[number];
export const DELEGABLE_STAGES = ['transcode', 'moderate', 'package'] as const;
export type DelegableStage = (typeof DELEGABLE_STAGES)[number];

/** How soon a task queue gives work to a worker: 1 goes first. The numbers are Temporal's own. */
export const TASK_PRIORITIES = [1, 2, 3, 4, 5] as const;
export type TaskPriority = (typeof TASK_PRIORITIES)[number];
export const DEFAULT_TASK_PRIORITY: TaskPriority = 3;

export const PRIORITIES = ['STANDARD', 'ESCALATED'] as const;
export type QueuePriority = (typeof PRIORITIES)[number];

export const CHECK_TYPES = [
  'harmful_imagery',
  'audio_keywords',
  'hate_speech',
  'misinformation',
  'copyright',
  'spam',
] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/** How far another service is with the media of an episode. */
export const ASSET_STATUSES = ['PENDING', 'PROCESSING', 'READY', 'FAILED'] as const;
export type AssetStatus = (typeof ASSET_STATUSES)[number];

/** What became of a fact (event_ids.outcome). `delivered` is the dispatcher's word until the run has its say. */
export type FactOutcome = 'delivered' | 'applied' | 'duplicate' | 'late' | 'ignored' | 'parked' | 'dead';
