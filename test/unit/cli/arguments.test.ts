import { moment } from '../../../cli/arguments';

const NOON = Date.parse('2026-03-01T12:00:00Z');

test.each([
  ['45s', '2026-03-01T11:59:15.000Z'],
  ['30m', '2026-03-01T11:30:00.000Z'],
  ['2h', '2026-03-01T10:00:00.000Z'],
  ['7d', '2026-02-22T12:00:00.000Z'],
  ['2026-02-03', '2026-02-03T00:00:00.000Z'],
  ['2026-02-03T04:05:06+01:00', '2026-02-03T03:05:06.000Z'],
])('%s is a moment', (text, expected) => {
  expect(moment(text, NOON)).toBe(expected);
});

test.each(['', 'now', '2', '2w', '12', '2026', '2026-13-40', 'March 2026'])('%j is none', (text) => {
  expect(() => moment(text, NOON)).toThrow(/2026-01-31T12:00:00Z/);
});
