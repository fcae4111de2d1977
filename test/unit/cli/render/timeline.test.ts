import { styleOf } from '../../../../cli/render/text';
import { timelineOf } from '../../../../cli/render/timeline';
import type { ShownContent } from '../../../../operations/show';

const at = (seconds: number): string => new Date(Date.parse('2026-01-31T12:00:00Z') + seconds * 1_000).toISOString();

const stage = (name: string, status: string, patch: object) => ({
  ...{ stage: name, status, attempt: 1, startedAt: null, endedAt: null, deadlineAt: null, code: null, message: null },
  ...patch,
});

test('everything that has a time is told in its order, what comes after now as well', () => {
  const content = {
    createdAt: at(0),
    stages: [
      stage('upload', 'DONE', { startedAt: at(1), endedAt: at(3) }),
      stage('package', 'DONE', { startedAt: at(70), endedAt: at(75), attempt: 2 }),
      stage('moderate', 'WAITING', { startedAt: at(4), deadlineAt: at(7_200), code: 'REVIEW_OPEN' }),
    ],
    generations: [{ number: 1, begunBy: 'upload', actor: null, begunAt: at(0.5), endedAt: null, outcome: null }],
    flags: [{ flaggedAt: at(5), source: 'service', priority: 'STANDARD', flags: [{ check_type: 'nudity' }] }],
    decisions: [{ decidedAt: at(60), decision: 'APPROVED', actor: 'anna\u001b', reason: 'seen' }],
    milestones: [
      { topic: 'media.transcoded', sentAt: at(50) },
      { topic: 'internal.lifecycle.events', sentAt: at(2) },
    ],
    notices: [{ topic: 'notification.dispatch.requested', sentAt: null }],
  } as unknown as ShownContent;
  expect(timelineOf(content, styleOf(false))).toEqual([
    '  2026-01-31 12:00:00  +0.0 s     known to us',
    '  2026-01-31 12:00:00  +0.5 s     generation 1 is begun by upload',
    '  2026-01-31 12:00:01  +1.0 s     upload begins',
    '  2026-01-31 12:00:03  +3.0 s     upload done',
    '  2026-01-31 12:00:04  +4.0 s     moderate begins',
    '  2026-01-31 12:00:05  +5.0 s     flagged by service: nudity (STANDARD)',
    '  2026-01-31 12:00:50  +50 s      media.transcoded is sent',
    '  2026-01-31 12:01:00  +1 m       APPROVED by anna\\u{1b}: seen',
    '  2026-01-31 12:01:10  +1 m 10 s  package begins, attempt 2',
    '  2026-01-31 12:01:15  +1 m 15 s  package done',
    '  2026-01-31 14:00:00  +2 h       moderate is due (REVIEW_OPEN)',
  ]);
});
