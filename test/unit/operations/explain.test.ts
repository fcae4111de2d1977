import { explanationOf, type Owner } from '../../../operations/explain';
import type { ContentGlance } from '../../../operations/glance';
import type { RunView } from '../../../operations/run';

const SINCE = '2026-05-01T10:00:00.000Z';

const HELD = { actor: 'local:anna', reason: 'rights', since: SINCE };

const run = (patch: Partial<RunView> = {}): RunView => ({
  ...{ status: 'RUNNING', runId: 'r', historyEvents: 9, link: null, unreachable: null },
  ...{ activities: [], workflowTaskSince: null, queues: [] },
  ...patch,
});

const content = (patch: Partial<ContentGlance> = {}): ContentGlance => ({
  ...{ contentId: 'c-1', workflowId: 'content:c-1', title: 'T', creatorId: 'u', contentType: 'VIDEO' },
  ...{ residency: 'GLOBAL', generation: 1, revision: 1, stage: 'transcode', status: 'RUNNING', visibility: 'HIDDEN' },
  ...{
    attention: false,
    failureCode: null,
    attempt: null,
    held: null,
    priority: 3,
    since: SINCE,
    updatedAt: SINCE,
    stages: [],
    renditions: [],
    run: run(),
  },
  ...patch,
});

const stage = (patch: Partial<ContentGlance['stages'][number]>): ContentGlance['stages'][number] => ({
  ...{ stage: 'transcode', status: 'WAITING', attempt: 1, startedAt: SINCE, endedAt: null, deadlineAt: null },
  ...{ code: null, message: null },
  ...patch,
});

const queue = (pollers: number) => ({
  queue: 'media.ng',
  kind: 'activity' as const,
  pollers,
  backlog: 1,
  oldestSeconds: 4,
});

test.each<[Owner, string, Partial<ContentGlance>]>([
  ['reelway', 'work is under way', {}],
  ['platform', 'a stage is parked', { status: 'PARKED' }],
  ['platform', 'work waits and no worker is there', { run: run({ queues: [queue(0)] }) }],
  ['reelway', 'work waits for a worker that is busy', { run: run({ queues: [queue(2)] }) }],
  ['platform', 'no worker took it in time', { status: 'WAITING', stages: [stage({ code: 'NO_WORKER' })] }],
  ['service', 'a service has not spoken', { status: 'WAITING', stages: [stage({})] }],
  ['reviewer', 'a flag is open', { status: 'AWAITING_REVIEW' }],
  ['creator', 'the file is bad', { status: 'AWAITING_CREATOR' }],
  ['creator', 'nothing was uploaded', { status: 'DRAFT', run: run({ status: null }) }],
  ['reelway', 'its start is not acknowledged yet', { status: 'STARTING', run: run({ status: null }) }],
  ['platform', 'it has ended, and a flag came later', { status: 'PUBLISHED', attention: true }],
  ['platform', 'an admin holds it', { status: 'WAITING', failureCode: 'HELD', held: HELD }],
  ['reelway', 'it is held, and what runs goes on', { held: HELD }],
  ['nobody', 'it has ended', { status: 'PUBLISHED', run: run({ status: 'COMPLETED' }) }],
])('it is for %s where %s', (owner, _why, patch) => {
  expect(explanationOf(content(patch)).owner).toBe(owner);
});

test('the problem is told with its code, what happened, what helps and until when', () => {
  const deadlineAt = '2026-05-15T10:00:00.000Z';
  const parked = stage({ status: 'PARKED', code: 'TRANSCODE_FAILED', message: 'exit 1', deadlineAt });
  const failed = { status: 'PARKED', failureCode: 'TRANSCODE_FAILED', attempt: 'g1r1a2' } as const;
  const told = explanationOf(content({ ...failed, stages: [parked] }));
  expect(told.problem).toMatchObject({ code: 'TRANSCODE_FAILED', message: 'exit 1', deadlineAt, attempt: 'g1r1a2' });
  expect(told.problem?.title).not.toBe('');
  expect(told.commands[0]).toBe('reelway content retry c-1 --attempt g1r1a2 --reason TEXT');
});

test('a run that Temporal does not have is what is wrong, whatever the row says', () => {
  const told = explanationOf(content({ run: run({ status: 'TERMINATED' }) }));
  const commands = ['reelway content recover c-1 --reason TEXT', 'reelway content cancel c-1 --reason TEXT --yes'];
  expect(told).toMatchObject({ owner: 'platform', problem: { code: 'RUN_MISSING' }, commands });
});

test('a run that is there again takes commands again, before its row has been looked at', () => {
  const back = { failureCode: 'RUN_MISSING', attention: true, status: 'WAITING', stages: [stage({})] } as const;
  const told = explanationOf(content({ ...back, stages: [...back.stages] }));
  expect(told).toMatchObject({ owner: 'service', problem: null, attention: false });
  expect(told.commands).toContain('reelway content hold c-1 --reason TEXT');
  expect(told.commands.join()).not.toContain('recover');
});

test('where Temporal cannot be asked, no run is called lost', () => {
  const told = explanationOf(content({ run: run({ status: null, unreachable: 'away' }) }));
  expect(told).toMatchObject({ owner: 'reelway', problem: null, unreachable: 'away' });
});

test('a rendition that failed beside others is told with its message, and an admin acts', () => {
  const rendition = { label: '720p', code: 'TRANSCODE_FAILED', attempt: 1, message: 'exit 1', percent: null } as const;
  const failed = {
    status: 'RUNNING',
    attention: true,
    failureCode: 'TRANSCODE_FAILED',
    attempt: 'g1r1.720p.a1',
  } as const;
  const told = explanationOf(content({ ...failed, renditions: [{ ...rendition, status: 'PARKED' }] }));
  expect(told).toMatchObject({ owner: 'platform', problem: { message: '720p: exit 1', attempt: 'g1r1.720p.a1' } });
});
