import { InvalidArgumentError, Option, type Command } from 'commander';
import { TASK_PRIORITIES, type TaskPriority } from '../contracts/model/status';

/** A whole number of at least one. */
export function positive(text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

/** For options that may be given several times. */
export const collect = (value: string, before: string[]): string[] => [...before, value];

/** Throws what the parser shows. */
export function priorityOf(text: string): TaskPriority {
  const found = TASK_PRIORITIES.find((priority) => String(priority) === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${TASK_PRIORITIES.join(', ')}.`);
  return found;
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span such as 30s, 5m, 2h, 3d, or seconds without a unit; in ms. */
export function span(text: string): number {
  const found = /^(\d{1,9})(s|m|h|d|)$/.exec(text);
  if (!found) throw new InvalidArgumentError('It must be a number of seconds, or a span such as 30s, 5m, 2h, 3d.');
  const unit = UNITS[(found[2] === '' ? 's' : found[2]) as keyof typeof UNITS];
  return Number(found[1]) * unit;
}

/** A moment: ISO 8601, or a span before now such as 30m, 2h, 7d. As ISO 8601 in UTC. */
export function moment(text: string, now = Date.now()): string {
  const spanBefore = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  if (spanBefore) {
    const unit = UNITS[spanBefore[2] as keyof typeof UNITS];
    return new Date(now - Number(spanBefore[1]) * unit).toISOString();
  }
  const at = ISO_START.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or a span before now: 30m, 2h, 7d.');
}

const ISO_START = /^\d{4}-\d{2}-\d{2}(T|$)/;

/** Help ends with command lines that can be copied. */
export const addExamples = (command: Command, ...examples: string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);

export interface CommandFlags {
  reason: string;
  commandId?: string;
}

/** What every command for a content says. */
export interface ContentCommand {
  contentId: string;
  reason: string;
  commandId: string;
}

/** What every command that changes a run takes. */
export const addCommandFlags = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why; it goes into the audit')
    .addOption(
      new Option('--command-id <id>', 'repeat a command whose outcome is unknown: the same id is carried out once'),
    );
