import type { ErrorCode } from './errors';
import type { Stage, StageStatus, Status } from './status';

/** Codes of a waiting stage that an operator must hear of: a deadline passed. A review inside its time is not one of them. */
export const ATTENTION_WHILE_WAITING: readonly (ErrorCode | null)[] = [
  'NO_WORKER',
  'MODERATION_SILENT',
  'REVIEW_OVERDUE',
];

/** What a run may be told of its work from outside, under the code that it then shows. */
export type Note = 'RETRYING_LONG' | 'NO_WORKER';

/** Codes that are noted at a stage which is under way: its work is tried for too long, or nobody takes it. */
export const NOTED_WHILE_UNDER_WAY: readonly (ErrorCode | null)[] = ['RETRYING_LONG', 'NO_WORKER'];

interface StandingRow {
  status: Status;
  held: unknown;
  stages: readonly { stage: Stage; status: StageStatus; code: ErrorCode | null }[];
}

/** What a row says of itself by its stages alone, where its own code was about its run and is so no more. */
export function standingOf({ status, stages, held }: StandingRow): { attention: boolean; code: ErrorCode | null } {
  const coded = stages.find((one) => one.status === 'PARKED') ?? stages.find((one) => one.code !== null);
  // Parked, and no stage is: what stopped is the undoing.
  if (status === 'PARKED') return { attention: true, code: coded?.code ?? 'COMPENSATION_FAILED' };
  const isNoted = coded?.status !== 'WAITING' && NOTED_WHILE_UNDER_WAY.includes(coded?.code ?? null);
  const isOverdue = coded?.status === 'WAITING' && ATTENTION_WHILE_WAITING.includes(coded.code);
  return { attention: isNoted || isOverdue, code: coded?.code ?? (held === null ? null : 'HELD') };
}
