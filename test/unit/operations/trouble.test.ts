import { isOver, isToBeTold, noteOf, retriedIn, unservedIn } from '../../../operations/trouble';
import type { PendingActivity } from '../../../platform/temporal/runs';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number): Date => new Date(NOW - seconds * 1_000);

const activity = (change: Partial<PendingActivity> = {}): PendingActivity => ({
  ...{ activityId: '7', type: 'transcodeRendition', queue: 'media.ng', state: 'running', attempt: 1 },
  ...{ maxAttempts: null, scheduledAt: null, startedAt: null, nextAttemptAt: null },
  ...{ progress: { percent: null, label: null }, lastFailure: null },
  ...change,
});
const running = (seconds: number, attempt = 1): PendingActivity =>
  activity({
    ...{ startedAt: ago(seconds), attempt },
    ...(attempt > 1 && { lastFailure: { code: null, message: 'the disk is full' } }),
  });
const waiting = (seconds: number, change: Partial<PendingActivity> = {}): PendingActivity =>
  activity({ state: 'waiting', scheduledAt: ago(seconds), ...change });

const run = (...activities: PendingActivity[]) => ({ activities, isDeciding: false });
const over = (...activities: PendingActivity[]): boolean => isOver(run(...activities), NOW);

describe('a note of work that does not end', () => {
  it('may go where nothing is under way, or all of it runs for a while, whatever an earlier attempt failed of', () => {
    expect(over()).toBe(true);
    expect(over(running(31))).toBe(true);
    expect(over(running(31, 2), running(60))).toBe(true);
  });

  it('stays while the same work may just have begun anew, waits, or is tried again', () => {
    expect(over(running(3))).toBe(false);
    expect(over(running(60), running(1))).toBe(false);
    expect(over(waiting(60))).toBe(false);
    expect(over(activity({ state: 'backing-off', attempt: 2 }))).toBe(false);
    expect(isOver({ activities: [], isDeciding: true }, NOW)).toBe(false);
  });

  it('is told once, told anew where another is true, and taken back once it is over', () => {
    const work = { activity: 'transcodeRendition', attempt: 3, message: 'm' } as const;
    const unserved = { ...work, code: 'NO_WORKER' } as const;
    expect(isToBeTold(run(), null, work, NOW)).toBe(true);
    expect(isToBeTold(run(), 'RETRYING_LONG', work, NOW)).toBe(false);
    expect(isToBeTold(run(), 'NO_WORKER', unserved, NOW)).toBe(false);
    expect(isToBeTold(run(), 'NO_WORKER', work, NOW)).toBe(true);
    expect(isToBeTold(run(running(31)), 'NO_WORKER', null, NOW)).toBe(true);
    expect(isToBeTold(run(running(3)), 'NO_WORKER', null, NOW)).toBe(false);
    expect(isToBeTold(run(running(31)), null, null, NOW)).toBe(false);
  });

  it('is one of two codes', () => {
    expect(['RETRYING_LONG', 'NO_WORKER', 'HELD', null].map(noteOf)).toEqual([
      'RETRYING_LONG',
      'NO_WORKER',
      null,
      null,
    ]);
  });
});

test('work is tried for long from its third attempt, also while that runs', () => {
  expect(retriedIn(run(running(60, 2)))).toBeNull();
  expect(retriedIn(run(running(60, 2), running(60, 4)))).toMatchObject({ attempt: 4, message: 'the disk is full' });
});

describe('work in a queue', () => {
  const asked: string[] = [];
  const look = (...activities: PendingActivity[]) =>
    unservedIn(
      run(...activities),
      {
        ...{ residency: 'NG', queueWaitMs: 5_000 },
        pollersOf: (queue) => {
          asked.push(queue);
          return Promise.resolve(queue === 'catalog' ? 1 : 0);
        },
      },
      NOW,
    );
  beforeEach(() => asked.splice(0));

  it('that waits too long where no worker asks is told with the queue', async () => {
    expect(await look(waiting(6, { attempt: 2 }))).toEqual({
      ...{ activity: 'transcodeRendition', attempt: 2, code: 'NO_WORKER' },
      message: 'the task queue media.ng has no worker',
    });
  });

  it('is looked for by its own name where the server does not name it', async () => {
    expect(await look(waiting(6, { queue: null }))).toMatchObject({ code: 'NO_WORKER' });
    expect(await look(waiting(6, { queue: null, type: 'announce' }))).toBeNull();
    expect(asked).toEqual(['media.ng', 'catalog']);
  });

  it('inside its time, or that runs or backs off, asks nothing', async () => {
    expect(await look(waiting(4), running(60), activity({ state: 'backing-off' }))).toBeNull();
    expect(asked).toEqual([]);
  });
});
