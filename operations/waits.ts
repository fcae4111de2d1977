import { ERRORS } from '../contracts/model/errors';
import type { ActivityView, QueueView } from './run';
import type { ContentGlance } from './glance';

/** Why the content is not further, a sentence each; empty where nothing is known to wait or to run. */
export function waitsOf(content: Pick<ContentGlance, 'stages' | 'run' | 'held'>): string[] {
  const { run, stages, held } = content;
  return [
    ...(held === null
      ? []
      : [`held by ${held.actor} since ${held.since}: nothing new begins, deadlines stand still (${held.reason})`]),
    ...run.activities.map((activity) => sentence(activity, run.queues)),
    ...(run.workflowTaskSince === null
      ? []
      : [`the run waits for a worker of the queue lifecycle${pollers('lifecycle', run.queues)}`]),
    ...stages.flatMap(({ stage, status, code, message, deadlineAt }) => {
      if (status !== 'WAITING') return [];
      const until = deadlineAt === null ? '' : `, until ${deadlineAt}`;
      const why = code === null ? message : `${code}: ${ERRORS[code].title}`;
      return [`${stage} waits${why === null ? '' : ` (${why})`}${until}`];
    }),
  ];
}

function sentence(activity: ActivityView, queues: QueueView[]): string {
  const name = activity.label === null ? activity.activity : `${activity.activity} ${activity.label}`;
  const said = [STATES[activity.state](activity, queues), attempts(activity), failure(activity)];
  return `${name} ${said.filter((part) => part !== '').join(', ')}`;
}

const STATES: Record<ActivityView['state'], (activity: ActivityView, queues: QueueView[]) => string> = {
  running: ({ percent }) => (percent === null ? 'runs' : `runs, ${String(Math.floor(percent))} %`),
  waiting: ({ queue }, queues) => `waits for a worker of the queue ${queue ?? '?'}${pollers(queue, queues)}`,
  'backing-off': ({ nextAttemptAt }) => `is tried again${nextAttemptAt === null ? '' : ` at ${nextAttemptAt}`}`,
  cancelling: () => 'is being cancelled',
  paused: () => 'was paused by hand; unpause it in the Temporal UI',
};

function pollers(name: string | null, queues: QueueView[]): string {
  const queue = queues.find((found) => found.queue === name);
  if (!queue) return '';
  if (queue.pollers === 0) return `: ${queue.queue} has no worker`;
  return `: ${String(queue.pollers)} ${queue.pollers === 1 ? 'worker serves' : 'workers serve'} it`;
}

const attempts = ({ attempt, maxAttempts }: ActivityView): string =>
  attempt <= 1 ? '' : `attempt ${String(attempt)}${maxAttempts === null ? '' : ` of ${String(maxAttempts)}`}`;

const failure = ({ lastFailure }: ActivityView): string =>
  lastFailure === null ? '' : `last failure ${lastFailure.code ?? ''} ${lastFailure.message}`.replace(/ +/g, ' ');
