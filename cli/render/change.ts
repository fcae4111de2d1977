import type { ErrorCode } from '../../contracts/model/errors';
import type { Stage, StageStatus, Status, Visibility } from '../../contracts/model/status';
import type { ContentGlance } from '../../operations/glance';
import { statusColour } from './status';
import { printable, type Style } from './text';
import { duration } from './time';

/** One moment of a content that differs from the one before it. elapsedMs: since the watch began. */
export interface Change {
  at: string;
  elapsedMs: number;
  contentId: string;
  stage: Stage | null;
  status: Status;
  visibility: Visibility;
  attention: boolean;
  failureCode: ErrorCode | null;
  stages: { stage: Stage; status: StageStatus }[];
  renditions: { label: string; status: StageStatus; percent: number | null }[];
  /** Queues that work waits in although no worker serves them. */
  withoutWorker: string[];
}

export const changeOf = (glance: ContentGlance, now: number, elapsedMs: number): Change => ({
  at: new Date(now).toISOString(),
  elapsedMs,
  contentId: glance.contentId,
  stage: glance.stage,
  status: glance.status,
  visibility: glance.visibility,
  attention: glance.attention,
  failureCode: glance.failureCode,
  stages: glance.stages.map(({ stage, status }) => ({ stage, status })),
  renditions: glance.renditions.map(({ label, status, percent }) => ({
    label,
    status,
    percent: percent === null ? null : Math.floor(percent),
  })),
  withoutWorker: glance.run.queues.filter((queue) => queue.pollers === 0).map((queue) => queue.queue),
});

/** Equal but for the time. */
export function isSameMoment(left: Change, right: Change): boolean {
  const timeless = (change: Change): string => JSON.stringify({ ...change, at: '', elapsedMs: 0 });
  return timeless(left) === timeless(right);
}

/** "14:02:11  12.4 s  RUNNING at transcode  360p 100 %  720p 41 %". */
export function renderChange(change: Change, style: Style): string[] {
  const { status, stage, failureCode } = change;
  const where = `${statusColour(status, style)(status)}${stage === null ? '' : ` at ${stage}`}`;
  const parts = [
    style.dim(change.at.slice(11, 19)),
    duration(change.elapsedMs).padStart(8),
    where,
    ...(failureCode === null ? [] : [style.red(failureCode)]),
    ...(change.visibility === 'HIDDEN' ? [] : [change.visibility]),
    ...change.renditions.map(renditionText),
    ...change.withoutWorker.map((queue) => style.yellow(`${printable(queue)} has no worker`)),
  ];
  return [parts.join('  ')];
}

const renditionText = ({ label, status, percent }: Change['renditions'][number]): string =>
  percent === null ? `${printable(label)} ${status.toLowerCase()}` : `${printable(label)} ${String(percent)} %`;
