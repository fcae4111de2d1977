import { createLagClock } from '../../../bridge/inbound/lag-clock';

const at = (high: number, committed: number | null) => [
  { partition: 0, high: String(high), committed: committed === null ? null : String(committed) },
];
const SECOND = 1_000;

test('a partition that is read to its end is not behind', () => {
  expect(createLagClock()(at(10, 10), 0)).toEqual([{ partition: 0, records: 0, seconds: 0 }]);
});

test('while nothing is consumed the wait grows from look to look', () => {
  const look = createLagClock();
  expect(look(at(10, 4), 0)).toEqual([{ partition: 0, records: 6, seconds: 0 }]);
  expect(look(at(10, 4), 30 * SECOND)).toEqual([{ partition: 0, records: 6, seconds: 30 }]);
  expect(look(at(25, 4), 60 * SECOND)).toEqual([{ partition: 0, records: 21, seconds: 60 }]);
});

test('what is committed no longer counts, only what came after it', () => {
  const look = createLagClock();
  look(at(10, 0), 0);
  look(at(20, 0), 10 * SECOND);
  expect(look(at(20, 10), 15 * SECOND)).toEqual([{ partition: 0, records: 10, seconds: 5 }]);
  expect(look(at(20, 20), 16 * SECOND)).toEqual([{ partition: 0, records: 0, seconds: 0 }]);
  expect(look(at(30, 20), 20 * SECOND)).toEqual([{ partition: 0, records: 10, seconds: 0 }]);
});

test('a group that has committed nothing is behind by all there is', () => {
  expect(createLagClock()(at(7, null), 0)).toEqual([{ partition: 0, records: 7, seconds: 0 }]);
});
