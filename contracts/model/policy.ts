import type { DelegableStage, Executor, Stage } from './status';

/** How one run is carried out; captured when it starts, so that a change of configuration never bends an open run. Times in ms. */
export interface Policy {
  executors: Record<DelegableStage, Executor>;
  /** full: fetch, probe and decode the raw object; trust: believe the event. */
  verify: 'full' | 'trust';
  /** With moderation as a service, what its silence means after graceMs. */
  silence: { then: 'review' | 'clear'; graceMs: number };
  /** Longest time from the start of a stage to its end, before it parks. */
  deadlineMs: Record<Stage, number>;
  /** Review time per priority; a breach escalates. */
  reviewMs: { STANDARD: number; ESCALATED: number };
  /** How long content waits for the creator's new upload before it fails. */
  newUploadMs: number;
  /** How long work may wait in a task queue before the run says that no worker takes it. */
  queueWaitMs: number;
  attempts: { transcode: number; package: number };
  checks: string[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const DEFAULT_POLICY: Policy = {
  executors: { transcode: 'worker', moderate: 'worker', package: 'worker' },
  verify: 'full',
  silence: { then: 'review', graceMs: 10 * MINUTE },
  deadlineMs: { upload: 2 * HOUR, transcode: 12 * HOUR, moderate: 1 * HOUR, package: 2 * HOUR, publish: 1 * HOUR },
  reviewMs: { STANDARD: 4 * HOUR, ESCALATED: 30 * MINUTE },
  newUploadMs: 14 * DAY,
  queueWaitMs: 5 * MINUTE,
  attempts: { transcode: 5, package: 3 },
  checks: ['text', 'duplicate'],
};
