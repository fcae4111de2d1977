import type { RenditionView } from '../contracts/model/lifecycle';
import { runningCommands, type RunningContent } from '../contracts/model/running-commands';
import { isTerminal, type Status } from '../contracts/model/status';
import type { ContentSummary } from './views';

type Content = Pick<
  ContentSummary,
  'contentId' | 'generation' | 'revision' | 'status' | 'visibility' | 'contentType' | 'failureCode' | 'attempt' | 'held'
> & { stages: RunningContent['stages']; renditions: readonly RenditionView[] };

/** Commands that make sense now, the most likely one first, as text that can be copied. */
export function nextCommands(content: Content): string[] {
  if (content.status === 'DRAFT') return [`reelway content submit ${content.contentId} --file FILE`];
  if (isTerminal(content.status)) return afterTheEnd(content.contentId, content.status);
  return runningCommands({ ...content, code: content.failureCode, isHeld: content.held !== null });
}

/** What can be done about finished content, as its next generation. */
function afterTheEnd(id: string, status: Status): string[] {
  const reprocess = `reelway content reprocess ${id} --from upload|transcode|moderate|package --reason TEXT`;
  if (status === 'PUBLISHED') return [reprocess, `reelway content takedown ${id} --reason TEXT --yes`];
  return [status === 'REMOVED' ? `reelway content restore ${id} --reason TEXT` : reprocess];
}
