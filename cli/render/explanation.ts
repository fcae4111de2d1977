import type { Explanation } from '../../operations/explain';
import { statusColour } from './status';
import { printable, type Style } from './text';
import { ago } from './time';

/** A line or two of each: where it stands, who acts, why, what it waits for, and the commands that help. */
export function renderExplanation(explanation: Explanation, now: number, style: Style): string[] {
  const {
    contentId,
    status,
    stage,
    visibility,
    since,
    owner,
    problem,
    waitsFor,
    removal,
    commands,
    link,
    unreachable,
  } = explanation;
  const at = stage === null ? '' : ` at ${stage}`;
  return [
    `${style.bold(printable(contentId))}  ${statusColour(status, style)(status)}${at}, ${visibility}, since ${ago(since, now)}`,
    `acts     ${OWNERS[owner]}`,
    ...(problem === null ? [] : problemLines(problem, now, explanation.attention ? style.red : style.yellow)),
    ...(removal === null
      ? []
      : [`removed  by ${printable(removal.actor)} ${ago(removal.at, now)}: ${printable(removal.reason)}`]),
    ...waitsFor.map((line) => `waits    ${printable(line)}`),
    ...(unreachable === null ? [] : [`unknown  Temporal could not be asked (${printable(unreachable)})`]),
    ...commands.map((line) => `next     ${line}`),
    ...(link === null ? [] : [`run      ${link}`]),
  ];
}

const OWNERS: Record<Explanation['owner'], string> = {
  reelway: 'Reelway: it is under way',
  platform: 'an admin of the platform',
  creator: 'the creator, with an upload',
  reviewer: 'a reviewer, with a decision',
  service: 'another service, with its event',
  nobody: 'nobody: it has ended',
};

function problemLines(problem: NonNullable<Explanation['problem']>, now: number, paint: Style['red']): string[] {
  const { code, title, message, hint, deadlineAt, attempt } = problem;
  return [
    `why      ${paint(code)}: ${title}`,
    ...(message === null ? [] : [`         ${printable(message)}`]),
    `hint     ${hint}`,
    ...(attempt === null ? [] : [`attempt  ${attempt}`]),
    ...(deadlineAt === null ? [] : [`until    ${deadlineAt}, ${ago(deadlineAt, now)}`]),
  ];
}
