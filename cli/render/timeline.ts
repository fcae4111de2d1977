import type { ShownContent } from '../../operations/show';
import { printable, shortened, type Style } from './text';
import { duration } from './time';

interface Moment {
  /** ms since 1970 */
  at: number;
  what: string;
}

const REASON_WIDTH = 60;

/**
 * What happened to a content, oldest first: when, how long after the beginning, and what. Only the newest attempt of a stage
 * is known; earlier ones stand in the history of the run.
 */
export function timelineOf(content: ShownContent, { dim }: Style): string[] {
  const moments = [...stageMoments(content), ...peopleMoments(content), ...sentMoments(content)].sort(
    (one, other) => one.at - other.at,
  );
  const begin = moments[0]?.at ?? 0;
  return moments.map(({ at, what }) => {
    const time = new Date(at).toISOString();
    return `  ${dim(`${time.slice(0, 10)} ${time.slice(11, 19)}`)}  +${duration(at - begin).padEnd(9)} ${what}`;
  });
}

const momentOf = (time: string | Date | null, what: string): Moment[] =>
  time === null ? [] : [{ at: new Date(time).getTime(), what }];

const stageMoments = ({ createdAt, stages }: ShownContent): Moment[] => [
  ...momentOf(createdAt, 'known to us'),
  ...stages.flatMap(({ stage, status, attempt, code, startedAt, endedAt, deadlineAt }) => {
    const again = attempt > 1 ? `, attempt ${String(attempt)}` : '';
    const why = code === null ? '' : ` (${code})`;
    const end = endedAt === null ? [] : momentOf(endedAt, `${stage} ${status.toLowerCase()}${why}`);
    const due = endedAt === null ? momentOf(deadlineAt, `${stage} is due${why}`) : [];
    return [...momentOf(startedAt, `${stage} begins${again}`), ...end, ...due];
  }),
];

const peopleMoments = ({ generations, flags, decisions }: ShownContent): Moment[] => [
  ...generations.flatMap(({ number, begunBy, actor, begunAt, endedAt, outcome }) => {
    const by = actor === null ? begunBy : `${begunBy} of ${printable(actor)}`;
    return [
      ...momentOf(begunAt, `generation ${String(number)} is begun by ${by}`),
      ...momentOf(endedAt, `generation ${String(number)} ends as ${outcome ?? 'unknown'}`),
    ];
  }),
  ...flags.flatMap(({ flaggedAt, source, priority, flags: raised }) => {
    const checks = raised.map((one) => one.check_type).join(', ');
    return momentOf(flaggedAt, `flagged by ${printable(source)}: ${printable(checks)} (${priority})`);
  }),
  ...decisions.flatMap(({ decidedAt, decision, actor, reason }) =>
    momentOf(decidedAt, `${decision} by ${printable(actor)}: ${shortened(printable(reason), REASON_WIDTH)}`),
  ),
];

/** Transitions repeat what the stages say. */
const sentMoments = ({ milestones, notices }: ShownContent): Moment[] =>
  [...milestones, ...notices]
    .filter(({ topic }) => topic !== 'internal.lifecycle.events')
    .flatMap(({ topic, sentAt }) => momentOf(sentAt, `${topic} is sent`));
