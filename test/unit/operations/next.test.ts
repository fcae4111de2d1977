import { Command } from 'commander';
import { STATUSES, type Status } from '../../../contracts/model/status';
import { createProgram } from '../../../cli/program';
import { nextCommands } from '../../../operations/next';

type Content = Parameters<typeof nextCommands>[0];

const next = (status: Status, failureCode: Content['failureCode'] = null, patch: Partial<Content> = {}) =>
  nextCommands({
    ...{ contentId: 'c-1', generation: 1, revision: 1, status, failureCode, visibility: 'HIDDEN' },
    ...{ contentType: 'VIDEO', attempt: null, held: null, stages: [], renditions: [] },
    ...patch,
  });

test.each([
  ['DRAFT', null, 'submit'],
  ['PARKED', 'TRANSCODE_FAILED', 'retry'],
  ['PARKED', 'METADATA_MISSING', 'register'],
  ['AWAITING_REVIEW', 'REVIEW_OPEN', 'decide'],
  ['AWAITING_CREATOR', 'SOURCE_EMPTY', 'submit'],
  ['RUNNING', null, 'watch'],
] as const)('%s with %s begins with %s', (status, code, verb) => {
  expect(next(status, code)[0]).toContain(`reelway content ${verb} c-1`);
});

test('what is held is released first, wherever it stands', () => {
  const held = { actor: 'local:anna', reason: 'rights', since: '2026-01-01T00:00:00Z' };
  for (const status of ['RUNNING', 'WAITING', 'PARKED', 'AWAITING_REVIEW', 'AWAITING_CREATOR'] as const) {
    expect(next(status, null, { held })[0]).toBe('reelway content release c-1 --reason TEXT');
  }
});

test.each([
  ['PUBLISHED', ['reprocess', 'takedown']],
  ['REMOVED', ['restore']],
  ['CANCELLED', ['reprocess']],
  ['FAILED', ['reprocess']],
] as const)('what ended as %s can begin a generation with %j', (status, verbs) => {
  expect(next(status).map((line) => line.split(' ')[2])).toEqual(verbs);
});

test('an edit that was asked for is not retried', () => {
  expect(next('AWAITING_CREATOR', 'EDIT_REQUESTED').join()).not.toContain('retry');
});

test('every offered command exists', () => {
  const streams = { stdout: { write: () => true }, stderr: { write: () => true } };
  const content = createProgram({} as never, streams).commands.find((command) => command.name() === 'content');
  const verbs = (content ?? new Command()).commands.map((command) => command.name());
  const offered = STATUSES.flatMap((status) => next(status, 'METADATA_MISSING')).map((line) => line.split(' ')[2]);
  expect(verbs).toEqual(expect.arrayContaining([...new Set(offered)]));
});

test('the next generation of what viewers see can be given up until its set is switched to', () => {
  const cancels = (publish: 'PENDING' | 'PARKED' | 'RUNNING' | 'DONE', generation: number): boolean =>
    next('PARKED', 'PACKAGE_FAILED', {
      generation,
      visibility: 'PUBLISHED',
      stages: [{ stage: 'publish', status: publish, code: null, deadlineAt: null }],
    }).some((line) => line.startsWith('reelway content cancel'));
  expect((['PENDING', 'PARKED', 'RUNNING', 'DONE'] as const).map((publish) => cancels(publish, 2))).toEqual([
    ...[true, true, false, false],
  ]);
  expect(cancels('PENDING', 1)).toBe(false);
});
