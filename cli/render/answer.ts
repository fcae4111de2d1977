import type { CommandResult } from '../../operations/commands';
import type { Style } from './text';

/** One line: what was done, and where the content stands now. */
export function renderAnswer(verb: string, answer: CommandResult, { bold, dim }: Style): string[] {
  const attention = answer.attention ? ', needs attention' : '';
  return [
    `${bold(answer.contentId)} ${verb}: ${answer.status} at ${answer.stage}, ${answer.visibility}${attention} ${dim(`(command ${answer.commandId})`)}`,
    `next: reelway content watch ${answer.contentId}`,
  ];
}
