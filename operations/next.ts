import type { ErrorCode } from '../contracts/model/errors';
import { isTerminal, type Status } from '../contracts/model/status';

/** Commands that make sense now, the most likely one first, as text that can be copied. */
export function nextCommands(content: { contentId: string; status: Status; failureCode: ErrorCode | null }): string[] {
  const { contentId: id, status, failureCode } = content;
  if (status === 'DRAFT') return [`reelway content submit ${id} --file FILE`];
  if (isTerminal(status)) return afterTheEnd(id, status);
  const retry = failureCode === 'EDIT_REQUESTED' ? [] : [`reelway content retry ${id} --reason TEXT`];
  const decide = `reelway content decide ${id} APPROVED|AGE_GATED|EDIT_REQUESTED|REMOVED --reason TEXT`;
  const cancel = `reelway content cancel ${id} --reason TEXT --yes`;
  const extend = `reelway content extend ${id} --by 2d --reason TEXT`;
  const upload = `reelway content submit ${id} --file FILE`;
  const watch = `reelway content watch ${id}`;
  if (status === 'PARKED') return [...before(failureCode, id), ...retry, cancel];
  if (status === 'AWAITING_REVIEW') return [decide, extend, cancel];
  if (status === 'AWAITING_CREATOR') {
    return [upload, ...(failureCode === 'EDIT_REQUESTED' ? [decide] : retry), extend, cancel];
  }
  if (status === 'WAITING' && failureCode !== 'NO_WORKER') return [watch, extend, cancel];
  return status === 'COMPENSATING' ? [watch] : [watch, cancel];
}

/** What can be done about finished content, as its next generation. */
function afterTheEnd(id: string, status: Status): string[] {
  const reprocess = `reelway content reprocess ${id} --from upload|transcode|moderate|package --reason TEXT`;
  if (status === 'PUBLISHED') return [reprocess, `reelway content takedown ${id} --reason TEXT --yes`];
  return [status === 'REMOVED' ? `reelway content restore ${id} --reason TEXT` : reprocess];
}

/** What has to be mended before a retry helps, where that is a command of ours. */
function before(code: ErrorCode | null, id: string): string[] {
  const mends = code === 'METADATA_MISSING' || code === 'CREATOR_MISMATCH' || code === 'RESIDENCY_MISMATCH';
  return mends ? [`reelway content register ${id} --creator … --title … --type … --residency …`] : [];
}
