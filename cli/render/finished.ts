import type { FinishedResult } from '../../operations/generations/command';
import { printable, type Style } from './text';

/** One line: what was done, and where the content stands now. */
export function renderFinished(verb: string, answer: FinishedResult, { bold, dim }: Style): string[] {
  const { contentId, commandId, status, visibility, generation } = answer;
  return [
    `${bold(printable(contentId))} ${verb}: ${status}, ${visibility}, generation ${String(generation)} ${dim(`(command ${commandId})`)}`,
    `next: reelway content ${status === 'REMOVED' ? 'show' : 'watch'} ${printable(contentId)}`,
  ];
}
