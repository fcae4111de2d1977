import { standingOf } from '../../../contracts/model/attention';

type Row = Parameters<typeof standingOf>[0];
const row = (status: Row['status'], ...stages: Row['stages'][number][]): Row => ({ status, stages, held: null });

test.each<[string, Row, { attention: boolean; code: string | null }]>([
  [
    'a parked stage',
    row('PARKED', { stage: 'package', status: 'PARKED', code: 'PACKAGE_FAILED' }),
    at('PACKAGE_FAILED'),
  ],
  ['an undoing that stopped', row('PARKED'), at('COMPENSATION_FAILED')],
  [
    'work that no worker takes',
    row('RUNNING', { stage: 'upload', status: 'RUNNING', code: 'NO_WORKER' }),
    at('NO_WORKER'),
  ],
  [
    'a review in its time',
    row('AWAITING_REVIEW', { stage: 'moderate', status: 'WAITING', code: 'REVIEW_OPEN' }),
    { attention: false, code: 'REVIEW_OPEN' },
  ],
  [
    'a review past its time',
    row('AWAITING_REVIEW', { stage: 'moderate', status: 'WAITING', code: 'REVIEW_OVERDUE' }),
    at('REVIEW_OVERDUE'),
  ],
  [
    'a file its creator has to replace',
    row('AWAITING_CREATOR', { stage: 'upload', status: 'PARKED', code: 'SOURCE_EMPTY' }),
    { attention: false, code: 'SOURCE_EMPTY' },
  ],
  [
    'work under way',
    row('RUNNING', { stage: 'upload', status: 'RUNNING', code: null }),
    { attention: false, code: null },
  ],
  ['a hold', { ...row('WAITING'), held: { actor: 'a' } }, { attention: false, code: 'HELD' }],
])('%s says by itself whether an admin is needed, and why', (_what, given, standing) => {
  expect(standingOf(given)).toEqual(standing);
});

function at(code: string) {
  return { attention: true, code };
}
