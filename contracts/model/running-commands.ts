import { attemptToken } from './attempt';
import type { ErrorCode } from './errors';
import type { RenditionView } from './lifecycle';
import type { ContentType, Stage, StageStatus, Status, Visibility } from './status';

/** What of a content in work says which commands are possible: of its run, or of its row. */
export interface RunningContent {
  contentId: string;
  generation: number;
  revision: number;
  status: Status;
  visibility: Visibility;
  contentType: ContentType | null;
  code: ErrorCode | null;
  /** Token of the failure that stands; null: there is none. */
  attempt: string | null;
  isHeld: boolean;
  stages: readonly { stage: Stage; status: StageStatus; code: ErrorCode | null; deadlineAt: unknown }[];
  renditions: readonly Pick<RenditionView, 'label' | 'status' | 'attempt'>[];
}

/**
 * Commands that a content in work takes now, the most likely first, as text that can be copied; empty for any other. The
 * Temporal UI and the command line show the same.
 */
export function runningCommands(content: RunningContent): string[] {
  const { status, code } = content;
  if (code === 'COMPENSATION_FAILED') return [retry(content)];
  if (status === 'COMPENSATING') return [line(content, 'watch')];
  const commands = BY_STATUS[status]?.(content);
  if (!commands) return [];
  return [
    ...(content.isHeld ? [line(content, 'release', BECAUSE)] : []),
    ...commands,
    ...(canBeCancelled(content) ? [line(content, 'cancel', `${BECAUSE} --yes`)] : []),
  ];
}

/**
 * What viewers see is there to stay; what an earlier generation published stays so where this one is given up. A flag on
 * what they see is answered by a decision.
 */
function canBeCancelled({ status, visibility, generation, stages }: RunningContent): boolean {
  if (visibility !== 'PUBLISHED' && visibility !== 'AGE_GATED') return true;
  if (status === 'AWAITING_REVIEW' || status === 'AWAITING_CREATOR') return false;
  const publish = stages.find(({ stage }) => stage === 'publish')?.status;
  return generation > 1 && publish !== 'RUNNING' && publish !== 'DONE';
}

const BECAUSE = '--reason TEXT';

const line = ({ contentId }: RunningContent, verb: string, rest = ''): string =>
  `reelway content ${verb} ${contentId} ${rest}`.trimEnd();

const BY_STATUS: Partial<Record<Status, (content: RunningContent) => string[]>> = {
  STARTING: (content) => [line(content, 'watch')],
  RUNNING: (content) => [
    ...failedRenditions(content),
    line(content, 'watch'),
    ...hold(content),
    line(content, 'reprioritise', `1 ${BECAUSE}`),
  ],
  WAITING: (content) => [line(content, 'watch'), ...extend(content), ...hold(content)],
  PARKED: (content) => [
    ...mend(content),
    retry(content),
    ...failedRenditions(content),
    ...skipModeration(content),
    ...hold(content),
  ],
  AWAITING_REVIEW: (content) => [decide(content), ...skipModeration(content), ...extend(content), ...hold(content)],
  AWAITING_CREATOR: (content) => [
    line(content, 'submit', '--file FILE'),
    content.code === 'EDIT_REQUESTED' ? decide(content) : retry(content),
    ...extend(content),
  ],
};

/** With the token, so that of two who copy the same line one retries. */
const retry = (content: RunningContent, more = ''): string =>
  line(
    content,
    'retry',
    [more, content.attempt === null ? '' : `--attempt ${content.attempt}`, BECAUSE].join(' ').trim(),
  );

const decide = (content: RunningContent): string =>
  line(content, 'decide', `APPROVED|AGE_GATED|EDIT_REQUESTED|REMOVED ${BECAUSE}`);

const hold = (content: RunningContent): string[] => (content.isHeld ? [] : [line(content, 'hold', BECAUSE)]);

function extend(content: RunningContent): string[] {
  const hasDeadline = content.stages.some(
    ({ status, code, deadlineAt }) =>
      (status === 'WAITING' || status === 'PARKED') &&
      code !== 'NO_WORKER' &&
      (deadlineAt !== null || code === 'REVIEW_OVERDUE'),
  );
  return hasDeadline && !content.isHeld ? [line(content, 'extend', `--by 2d ${BECAUSE}`)] : [];
}

/** Where nobody and nothing has looked at the content; a flag would be another code. */
function skipModeration(content: RunningContent): string[] {
  const code = content.stages.find(({ stage }) => stage === 'moderate')?.code;
  const isUnseen = code === 'ALL_CHECKS_DOWN' || code === 'CHECK_FAILED' || code === 'MODERATION_SILENT';
  return isUnseen ? [line(content, 'skip', `--stage moderate ${BECAUSE}`)] : [];
}

/** One by one beside others that are still encoded, or where several have stopped the stage. */
function failedRenditions(content: RunningContent): string[] {
  const failed = content.renditions.filter(({ status }) => status === 'PARKED');
  const isAlone = failed.length === 1 && content.status === 'PARKED';
  return failed.flatMap(({ label, attempt = 1 }) => {
    const again = `--rendition ${label} --attempt ${attemptToken(content, label, attempt)} ${BECAUSE}`;
    return [
      ...(isAlone ? [] : [line(content, 'retry', again)]),
      ...(canDoWithout(content, label) ? [line(content, 'skip', `--rendition ${label} ${BECAUSE}`)] : []),
    ];
  });
}

const canDoWithout = ({ contentType, renditions }: RunningContent, label: string): boolean =>
  renditions.some(
    (one) => one.label !== label && one.status !== 'SKIPPED' && /^a\d/.test(one.label) === (contentType === 'AUDIO'),
  );

/** What has to be mended before a retry helps, or with it. */
function mend(content: RunningContent): string[] {
  switch (content.code) {
    case 'METADATA_MISSING':
    case 'CREATOR_MISMATCH':
    case 'RESIDENCY_MISMATCH':
      return [line(content, 'register', '--creator … --title … --type … --residency …')];
    case 'RAW_OBJECT_MISSING':
    case 'RAW_KEY_TAKEN':
    case 'RAW_KEY_UNSAFE':
      return [retry(content, '--with rawKey=KEY')];
    case 'SERVICE_SILENT':
    case 'UPSTREAM_FAILED':
      return stageParked(content) === 'transcode' ? [retry(content, '--with executor=worker')] : [];
    default:
      return [];
  }
}

const stageParked = ({ stages }: RunningContent): Stage | undefined =>
  stages.find(({ status }) => status === 'PARKED')?.stage;
