import { attemptToken } from '../../contracts/model/attempt';
import { ERRORS } from '../../contracts/model/errors';
import { DEFAULT_TASK_PRIORITY } from '../../contracts/model/status';
import { isLost } from '../../operations/explain';
import { nextCommands } from '../../operations/next';
import type { ShownContent } from '../../operations/show';
import { waitsOf } from '../../operations/waits';
import { statusColour } from './status';
import { printable, shortened, table, type Style } from './text';
import { ago, duration } from './time';
import { timelineOf } from './timeline';

/** Problems first, then where it stands, what it waits for, what was heard and said, and what to do next. */
export function renderContent(content: ShownContent, now: number, style: Style): string[] {
  return [
    ...headOf(content, now, style),
    ...problemsOf(content, style),
    ...section('stages', stagesOf(content, now, style), style),
    ...section('renditions', renditionsOf(content, style), style),
    ...section('timeline', timelineOf(content, style), style),
    ...section('waits for', waitsOf(content).map(printable).map(indent), style),
    ...section('generations', generationsOf(content, now, style), style),
    ...section('flags', flagsOf(content, now), style),
    ...section('decisions', decisionsOf(content, now), style),
    ...section('events sent', milestonesOf(content, style), style),
    ...section('subscribers', subscribersOf(content).map(indent), style),
    ...section('events heard', factsOf(content), style),
    ...section('manifests', manifestsOf(content), style),
    ...section('next', nextOf(content).map(indent), style),
  ];
}

const indent = (line: string): string => `  ${line}`;

const section = (title: string, lines: string[], { dim }: Style): string[] =>
  lines.length === 0 ? [] : ['', dim(title), ...lines];

/** Rows only: an empty table says nothing. */
const rowsOf = (heads: string[], rows: string[][]): string[] =>
  rows.length === 0 ? [] : table(heads, rows).map(indent);

function headOf(content: ShownContent, now: number, style: Style): string[] {
  const { stage, status, visibility } = content;
  const title = content.title === null ? 'no record' : `“${shortened(printable(content.title), 80)}”`;
  const facts = [content.contentType, content.residency, content.creatorId && `by ${printable(content.creatorId)}`];
  return [
    `${style.bold(printable(content.contentId))}  ${statusColour(status, style)(status)}${stage === null ? '' : ` at ${stage}`}, ${visibility}, since ${ago(content.since, now)}`,
    [title, ...facts, ...numbersOf(content)].filter((part) => part !== null).join('  '),
  ];
}

const numbersOf = ({ generation, revision, priority }: ShownContent): string[] => [
  `generation ${String(generation)}, revision ${String(revision)}`,
  ...(priority === DEFAULT_TASK_PRIORITY ? [] : [`priority ${String(priority)}`]),
];

function problemsOf(content: ShownContent, { red, yellow }: Style): string[] {
  const paint = content.attention ? red : yellow;
  const { failureCode: code, run, attempt } = content;
  const message = content.stages.find((stage) => stage.code === code)?.message ?? null;
  const problem = code && [
    '',
    paint(`${content.attention ? 'needs attention: ' : ''}${code}: ${ERRORS[code].title}`),
    ...(message === null ? [] : [indent(printable(message))]),
    indent(ERRORS[code].hint),
    ...(attempt === null ? [] : [indent(`attempt ${attempt}`)]),
  ];
  return [
    ...(problem ?? []),
    ...(isLost(content) ? ['', red(`the run is not open in Temporal (${run.status ?? 'unknown there'})`)] : []),
  ];
}

function stagesOf({ stages }: ShownContent, now: number, style: Style): string[] {
  const rows = stages.map(({ stage, status, attempt, startedAt, endedAt, deadlineAt, code }) => {
    const took =
      startedAt === null ? '-' : duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
    return [
      stage,
      statusColour(status, style)(status),
      String(attempt),
      ago(startedAt, now),
      took,
      endedAt === null ? ago(deadlineAt, now) : '-',
      code ?? '-',
    ];
  });
  return rowsOf(['STAGE', 'STATUS', 'ATTEMPT', 'STARTED', 'TOOK', 'DEADLINE', 'CODE'], rows);
}

const renditionsOf = ({ renditions, ...of }: ShownContent, style: Style): string[] =>
  rowsOf(
    ['RENDITION', 'STATUS', 'ATTEMPT', 'PERCENT', 'CODE', 'MESSAGE'],
    renditions.map(({ label, status, attempt, percent, code, message }) => [
      label,
      statusColour(status, style)(status),
      status === 'PARKED' ? attemptToken(of, label, attempt) : String(attempt),
      percent === null ? '-' : String(Math.floor(percent)),
      code ?? '-',
      message === null ? '-' : shortened(printable(message), 80),
    ]),
  );

/** One alone is the upload's: it says nothing. */
const generationsOf = ({ generations }: ShownContent, now: number, style: Style): string[] =>
  generations.length < 2
    ? []
    : rowsOf(
        ['GENERATION', 'BEGUN BY', 'ACTOR', 'BEGUN', 'ENDED AS', 'REASON'],
        generations.map(({ number, begunBy, actor, begunAt, endedAt, outcome, reason }) => [
          String(number),
          begunBy,
          printable(actor ?? '-'),
          ago(begunAt, now),
          outcome === null ? '-' : `${statusColour(outcome, style)(outcome)} ${ago(endedAt, now)}`,
          shortened(printable(reason ?? '-'), 60),
        ]),
      );

const flagsOf = ({ flags }: ShownContent, now: number): string[] =>
  rowsOf(
    ['RAISED', 'BY', 'PRIORITY', 'CHECKS', 'CLEARED BY', 'FLAG'],
    flags.map(({ key, flags: raised, priority, source, flaggedAt, clearedBy }) => [
      ago(new Date(flaggedAt).toISOString(), now),
      printable(source),
      priority,
      raised.map(({ check_type: check, confidence_score: score }) => `${check} ${score.toFixed(2)}`).join(', '),
      printable(clearedBy ?? 'open'),
      printable(key),
    ]),
  );

const decisionsOf = ({ decisions }: ShownContent, now: number): string[] =>
  rowsOf(
    ['DECIDED', 'DECISION', 'BY', 'REASON'],
    decisions.map(({ decision, actor, reason, decidedAt, skipped }) => [
      ago(new Date(decidedAt).toISOString(), now),
      skipped ? `${decision} (skipped)` : decision,
      printable(actor),
      shortened(printable(reason), 80),
    ]),
  );

const milestonesOf = ({ milestones, notices }: ShownContent, { yellow }: Style): string[] =>
  rowsOf(
    ['SEQ', 'TOPIC', 'MILESTONE', 'SENT', 'EVENT'],
    [...milestones, ...notices].map(({ sequence, topic, milestone, sent, partition, offset, eventId }) => [
      sequence === null ? '-' : String(sequence),
      topic,
      printable(milestone),
      sent ? `${String(partition ?? '?')}/${offset ?? '?'}` : yellow('not yet'),
      eventId,
    ]),
  );

function subscribersOf({ subscribers }: ShownContent): string[] {
  if (subscribers === null) return [];
  const { told, total, ended, stopped } = subscribers;
  const said = total === null ? 'nobody was told yet' : `told ${String(told)} of ${String(total)}`;
  if (stopped !== null) return [`${said}; stopped, because it was ${stopped}`];
  return [ended ? said : `${said}, goes on`];
}

const factsOf = ({ facts }: ShownContent): string[] =>
  rowsOf(
    ['TOPIC', 'OUTCOME', 'CODE', 'REPEATS', 'EVENT'],
    facts.map(({ topic, outcome, code, repeats, eventId }) => [
      printable(topic),
      outcome ?? 'not yet known',
      code ?? '-',
      String(repeats),
      printable(eventId ?? '-'),
    ]),
  );

const manifestsOf = ({ manifests }: ShownContent): string[] =>
  manifests === null ? [] : [`hls   ${manifests.hls}`, `dash  ${manifests.dash}`].map(printable).map(indent);

const nextOf = (content: ShownContent): string[] => [
  ...nextCommands(content),
  ...(content.run.link === null ? [] : [`Temporal UI: ${content.run.link}`]),
];
