import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { ReelwayError } from '../contracts/model/errors';
import type { Residency } from '../contracts/model/status';
import type { ActivityDeps } from './deps';
import { makeTempDir, sweepTempDirs } from './temp-dirs';

/** What a heartbeat tells: 0 to 100, and of what. */
export interface Progress {
  percent: number;
  label: string;
}

/** Heartbeats reach the server at 80 % of the heartbeat timeout (20 s); this leaves three chances. */
const PULSE_MS = 5_000;

/** One attempt at an activity. */
export class Attempt {
  readonly number: number;
  /** Names what this attempt writes, apart from any other attempt's: "a2-9f86d081". */
  readonly token: string;
  private readonly context = Context.current();
  private readonly folders: string[] = [];

  constructor(private readonly deps: ActivityDeps) {
    this.number = this.context.info.attempt;
    this.token = `a${String(this.number)}-${randomBytes(4).toString('hex')}`;
  }

  /** Aborted when the activity is cancelled, timed out, or its worker shuts down. */
  get signal(): AbortSignal {
    return this.context.cancellationSignal;
  }

  get bindings(): { workflowId: string; activity: string; attempt: number } {
    const { workflowExecution, activityType, attempt } = this.context.info;
    return { workflowId: workflowExecution?.workflowId ?? '', activity: activityType, attempt };
  }

  /** For work that shows its progress: as long as there is some, the attempt lives. */
  heartbeat(percent: number, label: string): void {
    const progress: Progress = { percent: Math.floor(Math.min(100, Math.max(0, percent))), label };
    this.context.heartbeat(progress);
  }

  /**
   * Heartbeats beside work that shows no progress of its own, for at most `forMs`: then the attempt counts as dead, as
   * it would without any. Cancellation is heard through heartbeats alone.
   */
  async pulse<T>(progress: Progress, forMs: number, work: () => Promise<T>): Promise<T> {
    const until = Date.now() + forMs;
    const beat = (): void => {
      if (Date.now() < until) this.heartbeat(progress.percent, progress.label);
    };
    beat();
    const timer = setInterval(beat, PULSE_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * A new folder for this attempt alone. From the second attempt on, folders that a dead worker left are removed first:
   * nobody else may start in time to do it.
   */
  async folder(residency: Residency): Promise<string> {
    const { tempDir, residencies } = this.deps;
    if (this.number > 1) await sweepTempDirs(tempDir, residencies);
    const { activityId, workflowExecution } = this.context.info;
    const workflowId = workflowExecution?.workflowId ?? 'none';
    const path = await makeTempDir(tempDir, { residency, workflowId, activityId, attempt: this.number });
    this.folders.push(path);
    return path;
  }

  /** Nothing of the attempt works any more: its files go. */
  async dispose(): Promise<void> {
    for (const path of this.folders) await rm(path, { recursive: true, force: true });
  }
}

/** Refuses to touch bytes of a residency that this worker does not serve, before anything is read or written. */
export function guardResidency({ residencies }: ActivityDeps, residency: Residency): void {
  if (residencies.includes(residency)) return;
  const ours = residencies.join(', ');
  throw new ReelwayError('RESIDENCY_VIOLATION', `Work of residency ${residency} reached a worker for ${ours}.`);
}
