import type { ContentGlance } from '../../operations/glance';
import { statusColour } from './status';
import { printable, shortened, type Style } from './text';
import { duration } from './time';

const BAR = 20;
const ID_WIDTH = 40;
const MESSAGE_WIDTH = 50;

/** A content as a tree of stages and renditions: how far each is, in which attempt, for how long. */
export function renderTree(content: ContentGlance, now: number, style: Style): string[] {
  const { contentId, status, stage, visibility, failureCode, stages } = content;
  const where = `${statusColour(status, style)(status)}${stage === null ? '' : ` at ${stage}`}, ${visibility}`;
  const code = failureCode === null ? [] : [style.red(failureCode)];
  return [
    [style.bold(shortened(printable(contentId), ID_WIDTH)), where, ...code].join('  '),
    ...stages.flatMap((one, index) => stageLines(content, one, index === stages.length - 1, now, style)),
    ...content.run.queues
      .filter(({ pollers }) => pollers === 0)
      .map(({ queue }) => style.yellow(`${printable(queue)} has no worker`)),
  ];
}

type Stage = ContentGlance['stages'][number];

function stageLines(content: ContentGlance, one: Stage, isLast: boolean, now: number, style: Style): string[] {
  const [branch, stem] = isLast ? ['└─', '  '] : ['├─', '│ '];
  const renditions = one.stage === 'transcode' ? content.renditions : [];
  const message = one.message === null ? [] : [style.dim(shortened(printable(one.message), MESSAGE_WIDTH))];
  const head = [
    `${style.dim(branch)} ${one.stage.padEnd(9)}`,
    statusColour(one.status, style)(one.status.padEnd(9)),
    elapsed(one, now).padEnd(9),
    ...attempts(one.attempt),
    ...(one.code === null ? [] : [style.red(one.code)]),
    ...message,
  ];
  return [
    head.join(' ').trimEnd(),
    ...renditions.map((rendition, index) => {
      const twig = index === renditions.length - 1 ? '└─' : '├─';
      return `${style.dim(`${stem} ${twig}`)} ${renditionLine(content, rendition, now, style)}`.trimEnd();
    }),
  ];
}

type Rendition = ContentGlance['renditions'][number];

function renditionLine({ run }: ContentGlance, rendition: Rendition, now: number, style: Style): string {
  const { label, status, percent, code } = rendition;
  const activity = run.activities.find((one) => one.label === label);
  const since = activity?.since ?? null;
  return [
    printable(label).padEnd(6),
    bar(status === 'DONE' ? 100 : (percent ?? 0), style),
    statusColour(status, style)(status.padEnd(9)),
    ...(since !== null && status === 'RUNNING' ? [duration(now - Date.parse(since)).padEnd(9)] : []),
    ...attempts(activity?.attempt ?? rendition.attempt),
    ...(code === null ? [] : [style.red(code)]),
  ].join(' ');
}

function bar(percent: number, { dim }: Style): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  return `${'█'.repeat(full)}${dim('░'.repeat(BAR - full))} ${String(Math.floor(percent)).padStart(3)} %`;
}

/** The first says nothing. */
const attempts = (attempt: number): string[] => (attempt > 1 ? [`attempt ${String(attempt)}`] : []);

const elapsed = ({ startedAt, endedAt, status }: Stage, now: number): string =>
  startedAt === null || status === 'PENDING'
    ? ''
    : duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
