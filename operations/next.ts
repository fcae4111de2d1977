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
  if (content.failureCode === 'RUN_MISSING') return afterALoss(content);
  return runningCommands({ ...content, code: content.failureCode, isHeld: content.held !== null });
}

/** Its run was ended or deleted outside: nobody is there to take a command, so another run is begun, or none. */
function afterALoss({ contentId, visibility, generation }: Content): string[] {
  if (visibility === 'REMOVED') return ['reelway reconcile --fix'];
  const isHere = generation === 1 && visibility !== 'HIDDEN';
  return [
    `reelway content recover ${contentId} --reason TEXT`,
    isHere
      ? `reelway content takedown ${contentId} --reason TEXT --yes`
      : `reelway content cancel ${contentId} --reason TEXT --yes`,
  ];
}

/** What can be done about finished content, as its next generation. */
function afterTheEnd(id: string, status: Status): string[] {
  const reprocess = `reelway content reprocess ${id} --from upload|transcode|moderate|package --reason TEXT`;
  if (status === 'PUBLISHED') return [reprocess, `reelway content takedown ${id} --reason TEXT --yes`];
  return [status === 'REMOVED' ? `reelway content restore ${id} --reason TEXT` : reprocess];
}
