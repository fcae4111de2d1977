import type { ActivityView, RunView } from '../../../operations/run';
import { waitsOf } from '../../../operations/waits';

const activity = (patch: Partial<ActivityView>): ActivityView => ({
  activity: 'transcodeRendition',
  label: null,
  percent: null,
  state: 'running',
  attempt: 1,
  maxAttempts: 5,
  queue: 'media.ng',
  since: null,
  nextAttemptAt: null,
  lastFailure: null,
  ...patch,
});

const waits = (run: Partial<RunView>): string[] =>
  waitsOf({
    held: null,
    stages: [],
    run: {
      status: 'RUNNING',
      runId: 'r',
      historyEvents: 1,
      link: null,
      unreachable: null,
      activities: [],
      workflowTaskSince: null,
      queues: [],
      ...run,
    },
  });

test('work that no worker takes says so', () => {
  const queues = [{ queue: 'media.ng', kind: 'activity' as const, pollers: 0, backlog: 1, oldestSeconds: 0 }];
  expect(waits({ activities: [activity({ state: 'waiting' })], queues })).toEqual([
    'transcodeRendition waits for a worker of the queue media.ng: media.ng has no worker',
  ]);
});

test('work that waits for busy workers counts them', () => {
  const queues = [{ queue: 'media.ng', kind: 'activity' as const, pollers: 2, backlog: 1, oldestSeconds: 0 }];
  expect(waits({ activities: [activity({ state: 'waiting' })], queues })).toEqual([
    'transcodeRendition waits for a worker of the queue media.ng: 2 workers serve it',
  ]);
});

test('a run whose own task nobody takes says so', () => {
  const queues = [{ queue: 'lifecycle', kind: 'workflow' as const, pollers: 0, backlog: 1, oldestSeconds: 0 }];
  expect(waits({ workflowTaskSince: '2025-01-01T00:00:00Z', queues })).toEqual([
    'the run waits for a worker of the queue lifecycle: lifecycle has no worker',
  ]);
});

test('an encode tells its percent, a retry its attempt and the failure before it', () => {
  const lastFailure = { code: 'TRANSCODE_FAILED', message: 'ffmpeg ended with 1' };
  expect(
    waits({
      activities: [
        activity({ label: '720p', percent: 41.7 }),
        activity({
          label: '360p',
          state: 'backing-off',
          attempt: 3,
          nextAttemptAt: '2025-01-01T00:00:00Z',
          lastFailure,
        }),
      ],
    }),
  ).toEqual([
    'transcodeRendition 720p runs, 41 %',
    'transcodeRendition 360p is tried again at 2025-01-01T00:00:00Z, attempt 3 of 5, last failure TRANSCODE_FAILED ffmpeg ended with 1',
  ]);
});

test('a stage that waits names its reason and its deadline', () => {
  const stage = { stage: 'transcode' as const, attempt: 1, startedAt: null, endedAt: null, message: null };
  const stages = [
    { ...stage, status: 'WAITING' as const, code: 'NO_WORKER' as const, deadlineAt: '2025-01-01T00:00:00Z' },
  ];
  const [said] = waitsOf({ held: null, stages, run: { activities: [], queues: [], workflowTaskSince: null } as never });
  expect(said).toMatch(/^transcode waits \(NO_WORKER: .*\), until 2025-01-01T00:00:00Z$/);
});
