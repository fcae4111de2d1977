import { createOutput } from '../../../../cli/output';
import { styleOf } from '../../../../cli/render/text';
import { renderTree } from '../../../../cli/render/tree';
import type { ContentGlance } from '../../../../operations/glance';

const AT = Date.parse('2026-01-31T12:00:00Z');
const time = (secondsAgo: number): string => new Date(AT - secondsAgo * 1_000).toISOString();

const stage = (name: string, status: string, patch: object = {}) => ({
  ...{ stage: name, status, attempt: 1, startedAt: null, endedAt: null, deadlineAt: null, code: null, message: null },
  ...patch,
});

const content = (patch: object = {}): ContentGlance =>
  ({
    ...{ contentId: 'bunny', status: 'RUNNING', stage: 'transcode', visibility: 'HIDDEN', failureCode: null },
    stages: [
      stage('upload', 'DONE', { startedAt: time(20), endedAt: time(18) }),
      stage('transcode', 'RUNNING', { startedAt: time(18) }),
      stage('publish', 'PENDING', { attempt: 0 }),
    ],
    renditions: [
      { label: '360p', status: 'DONE', attempt: 1, percent: 100, code: null, message: null },
      { label: '720p', status: 'RUNNING', attempt: 2, percent: 41.7, code: null, message: null },
    ],
    run: { activities: [{ label: '720p', since: time(5), attempt: 2 }], queues: [] },
    ...patch,
  }) as unknown as ContentGlance;

const plain = styleOf(false);

test('each stage has its time, each rendition its percent, its attempt and its time', () => {
  expect(renderTree(content(), AT, plain)).toEqual([
    'bunny  RUNNING at transcode, HIDDEN',
    '├─ upload    DONE      2.0 s',
    '├─ transcode RUNNING   18 s',
    '│  ├─ 360p   ████████████████████ 100 % DONE',
    '│  └─ 720p   ████████░░░░░░░░░░░░  41 % RUNNING   5.0 s     attempt 2',
    '└─ publish   PENDING',
  ]);
});

test('what stands still says why, and a queue that nobody serves is named', () => {
  const lines = renderTree(
    content({
      ...{ status: 'PARKED', failureCode: 'PACKAGE_FAILED', renditions: [] },
      stages: [stage('package', 'PARKED', { startedAt: time(60), code: 'PACKAGE_FAILED', message: 'exit 1\u001b[2J' })],
      run: { activities: [], queues: [{ queue: 'media-NG', pollers: 0 }] },
    }),
    AT,
    plain,
  );
  expect(lines).toEqual([
    'bunny  PARKED at transcode, HIDDEN  PACKAGE_FAILED',
    '└─ package   PARKED    1 m       PACKAGE_FAILED exit 1\\u{1b}[2J',
    'media-NG has no worker',
  ]);
});

describe('a terminal', () => {
  const written: string[] = [];
  const output = (stdout: object, env = {}, format: 'text' | 'json' = 'text') =>
    createOutput(
      format,
      { stdout: { write: (text: string) => written.push(text), ...stdout }, stderr: { write: () => true } },
      env,
    );

  it('shows the lines in the place of those before', () => {
    const { redraw } = output({ isTTY: true, columns: 120 });
    redraw?.(['one', 'two']);
    redraw?.(['three']);
    redraw?.(['four']);
    expect(written).toEqual(['one\ntwo\n', '\u001b[2A\u001b[Jthree\n', '\u001b[1A\u001b[Jfour\n']);
  });

  it('cuts what is longer than it is wide, colours aside', () => {
    const { redraw } = output({ isTTY: true, columns: 60 });
    redraw?.([`\u001b[31m${'─'.repeat(59)}ab\u001b[0m`, '漢'.repeat(31)]);
    expect(written.at(-1)).toBe(`\u001b[31m${'─'.repeat(59)}a\u001b[0m\n${'漢'.repeat(30)}\n`);
  });

  it.each([
    ['a pipe', {}, {}],
    ['a very narrow one', { isTTY: true, columns: 59 }, {}],
    ['one that can do nothing', { isTTY: true, columns: 120 }, { TERM: 'dumb' }],
  ])('that is %s gets a line per change', (_what, stdout, env) => {
    expect(output(stdout, env).redraw).toBeNull();
  });

  it('of somebody who wants JSON gets JSON', () => {
    expect(output({ isTTY: true, columns: 120 }, {}, 'json').redraw).toBeNull();
  });
});
