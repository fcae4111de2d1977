import type { RenditionView } from '../contracts/model/lifecycle';
import { runningCommands, type RunningContent } from '../contracts/model/running-commands';
import type { ContentSummary } from './views';

type Content = Pick<
  ContentSummary,
  'contentId' | 'generation' | 'revision' | 'status' | 'visibility' | 'contentType' | 'failureCode' | 'attempt' | 'held'
> & { stages: RunningContent['stages']; renditions: readonly RenditionView[] };

/** Commands that make sense now, the most likely one first, as text that can be copied. */
export function nextCommands(content: Content): string[] {
  if (content.status === 'DRAFT') return [`reelway content submit ${content.contentId} --file FILE`];
  return runningCommands({ ...content, code: content.failureCode, isHeld: content.held !== null });
}
