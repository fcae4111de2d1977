import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ErrorCode } from '../contracts/model/errors';
import type { Fact } from '../contracts/model/facts';
import type { TakenOver } from '../contracts/model/generation';
import type { CarriedOver, DecisionRecord, OpenFlag, Snapshot } from '../contracts/model/lifecycle';
import type { Policy } from '../contracts/model/policy';
import type { Executor, Stage, TaskPriority } from '../contracts/model/status';
import type { RetryingWork } from '../contracts/model/work';

export const LIFECYCLE_WORKFLOW = 'contentLifecycle';
export const RECONCILIATION_WORKFLOW = 'reconciliation';
export const FAN_OUT_WORKFLOW = 'fanOut';
export const EXPIRING_WORKFLOW = 'subscriptionsExpiring';

/** Start of a run. With `carried`, the run begins at moderate with what the earlier generation made (a flag on finished content). */
export interface LifecycleInput {
  contentId: string;
  generation: number;
  policy: Policy;
  carried?: CarriedOver;
  /** Of a generation that a person's command began. */
  taken?: TakenOver;
  /** State of the run before continue-as-new; opaque to everybody but the workflow. */
  resumed?: unknown;
}

export interface LifecycleResult {
  status: string;
  visibility: string;
  revision: number;
  code: ErrorCode | null;
}

/** Facts from the bridge, in the order of their ordering key; at most 50 or 128 KiB together. */
export const factsSignal = defineSignal<[Fact[]]>('facts');

/** It was taken down, and the row says so: the run ends. */
export const takedownSignal = defineSignal<[Command]>('takedown');

/** What the reconciler saw of the run's work: tried for longer than is usual; null: no more. */
export const retryingSignal = defineSignal<[RetryingWork | null]>('retrying');

/** Who asks, why, and under which id; the same id twice is carried out once. */
export interface Command {
  commandId: string;
  actor: string;
  reason: string;
}
export interface RetryCommand extends Command {
  /** Default: the stage that is parked. */
  stage?: Stage;
  /** Of the transcode stage, this one alone, also while others are still encoded. */
  rendition?: string;
  /** Token of the failure it answers (contracts/model/attempt.ts); default: the one that stands. */
  attempt?: string;
  with?: Correction;
}
/** Input that a retry puts in place of the one that failed. */
export interface Correction {
  rawKey?: string;
  /** Labels of the renditions to keep. */
  ladder?: string[];
  /** Of the stage that is retried. */
  executor?: Executor;
}
export interface SkipCommand extends Command {
  /** One of the two; of the stages only moderate may be skipped. */
  stage?: Stage;
  rendition?: string;
  /** What skips moderation is recorded as a decision. */
  decisionId: string;
  /** ms since 1970. */
  at: number;
}
export type HoldCommand = Command;
export type ReleaseCommand = Command;
export interface ReprioritiseCommand extends Command {
  priority: TaskPriority;
}
export type CancelCommand = Command;
export interface ExtendCommand extends Command {
  /** Default: the stage whose deadline comes first. */
  stage?: Stage;
  /** Added to the deadline, or to now where that has passed. */
  byMs: number;
}
export interface DecideCommand extends Command {
  decision: DecisionRecord['decision'];
  decisionId: string;
  /** ms since 1970; newer than a flag answers it. */
  at: number;
  /** Key of the newest flag the reviewer has seen; it is answered whatever the clocks say, and no newer one is. */
  flag?: string;
}

/** The state right after the command was taken. */
export interface CommandAnswer {
  status: Snapshot['status'];
  stage: Stage;
  visibility: Snapshot['visibility'];
  attention: boolean;
  code: ErrorCode | null;
}

export const retryUpdate = defineUpdate<CommandAnswer, [RetryCommand]>('retry');
export const cancelUpdate = defineUpdate<CommandAnswer, [CancelCommand]>('cancel');
export const skipUpdate = defineUpdate<CommandAnswer, [SkipCommand]>('skip');
export const holdUpdate = defineUpdate<CommandAnswer, [HoldCommand]>('hold');
export const releaseUpdate = defineUpdate<CommandAnswer, [ReleaseCommand]>('release');
export const reprioritiseUpdate = defineUpdate<CommandAnswer, [ReprioritiseCommand]>('reprioritise');
export const extendUpdate = defineUpdate<CommandAnswer, [ExtendCommand]>('extend');
export const decideUpdate = defineUpdate<CommandAnswer, [DecideCommand]>('decide');

export interface LifecycleView extends Snapshot {
  openFlags: OpenFlag[];
  decision: DecisionRecord | null;
}
export const stateQuery = defineQuery<LifecycleView>('state');
