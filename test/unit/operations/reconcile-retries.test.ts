import { isOver } from '../../../operations/reconcile-retries';
import type { PendingActivity } from '../../../platform/temporal/runs';

const NOW = Date.parse('2026-01-01T12:00:00Z');

const begun = (secondsAgo: number, failed = false): PendingActivity => ({
  ...{ activityId: '7', type: 'publishContent', queue: 'catalog', state: 'running', attempt: failed ? 2 : 1 },
  ...{ maxAttempts: null, scheduledAt: null, startedAt: new Date(NOW - secondsAgo * 1_000), nextAttemptAt: null },
  ...{ progress: { percent: null, label: null } },
  lastFailure: failed ? { code: null, message: 'the disk is full' } : null,
});

const over = (...activities: PendingActivity[]): boolean => isOver({ activities, isDeciding: false }, NOW);

describe('a note that work is tried again and again', () => {
  it('goes where nothing is under way, or nothing fails for a while', () => {
    expect(over()).toBe(true);
    expect(over(begun(31))).toBe(true);
  });

  it('stays while the same work may just have begun anew, or has failed once more', () => {
    expect(over(begun(3))).toBe(false);
    expect(over(begun(60, true))).toBe(false);
    expect(over(begun(60), begun(1))).toBe(false);
    expect(isOver({ activities: [], isDeciding: true }, NOW)).toBe(false);
  });
});
