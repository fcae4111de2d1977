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

/** Tells progress, 0 to 100. The label stays what it was where none is given. */
export type Tell = (percent: number, label?: string) => void;

/** A heartbeat timeout is 20 s; this leaves three chances. */
const PULSE_MS = 5_000;

/** Longest step of media work that shows no progress of its own: the hash and the check of a finished rendition. */
export const SILENT_STEP_MS = 120_000;

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

  /**
   * Runs work beside heartbeats that repeat how far it is. They go on for at most `patienceMs` after the last progress:
   * a tool that hangs is killed by its own guard, which names what happened; where that fails too, the heartbeats end and
   * the server gives the work to another attempt. Cancellation is heard through heartbeats alone.
   */
  async pulse<T>(start: Progress, patienceMs: number, work: (tell: Tell) => Promise<T>): Promise<T> {
    let progress = start;
    let until = Date.now() + patienceMs;
    const tell: Tell = (percent, label = progress.label) => {
      progress = { percent: Math.floor(Math.min(100, Math.max(0, percent))), label };
      until = Date.now() + patienceMs;
      this.context.heartbeat(progress);
    };
    const repeat = (): void => {
      if (Date.now() < until) this.context.heartbeat(progress);
    };
    repeat();
    const timer = setInterval(repeat, PULSE_MS);
    try {
      return await work(tell);
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
