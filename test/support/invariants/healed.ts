import type { Facts, Run, Violation } from './types';

/** 9. After healing, lag is 0 and every item moves again: nothing waits that nobody will come for. */
export const healed = (facts: Facts): Violation[] => [
  ...facts.offsets
    .filter(({ high, committed }) => committed < high)
    .map(({ topic, partition, high, committed }) =>
      violation(`${topic} ${String(partition)} was read to ${String(committed)} of ${String(high)}`),
    ),
  ...facts.inbox
    .filter((row) => row.status === 'open')
    .map((row) => violation(`a fact of ${row.topic} waits to be delivered`, row.key)),
  ...facts.milestones
    .filter((row) => row.sentAt === null)
    .map((row) => violation(`${row.topic} ${row.milestone} was not sent`, row.contentId)),
  ...facts.contents
    .filter((content) => content.phase === 'starting')
    .map((content) => violation('its start was not acknowledged', content.contentId)),
  ...facts.runs.flatMap(stuck),
];

const violation = (what: string, contentId?: string): Violation => ({
  invariant: 9,
  what,
  ...(contentId !== undefined && { contentId }),
});

function stuck(run: Run): Violation[] {
  if (run.status !== 'RUNNING') return [];
  if (run.taskFails) return [violation('its workflow task fails again and again', run.contentId)];
  const waitsForNothing = run.timersOpen === 0 && run.activities.every((activity) => activity.endedAt !== null);
  // A parked run waits for a person, and says so.
  if (run.shown.status !== 'RUNNING' || !waitsForNothing) return [];
  return [violation('it says RUNNING, with no activity and no timer', run.contentId)];
}
