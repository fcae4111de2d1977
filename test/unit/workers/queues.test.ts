import { plannedQueues } from '../../../workers/queues';

test('media work has a queue per residency, and its activities serve that residency alone', () => {
  expect(plannedQueues({ queues: ['media'], residencies: ['GLOBAL', 'NG'] })).toEqual([
    { taskQueue: 'media.global', kind: 'media', residencies: ['GLOBAL'] },
    { taskQueue: 'media.ng', kind: 'media', residencies: ['NG'] },
  ]);
});

test('without the residency its queue is not served', () => {
  const names = plannedQueues({ queues: ['lifecycle', 'catalog', 'media'], residencies: ['GLOBAL'] });
  expect(names.map(({ taskQueue }) => taskQueue)).toEqual(['lifecycle', 'catalog', 'media.global']);
});
