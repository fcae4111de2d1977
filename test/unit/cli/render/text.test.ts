import { ago, duration } from '../../../../cli/render/time';
import { printable, shortened, styleOf, table, wantsColour } from '../../../../cli/render/text';

const ESC = '\u001b';

test.each([
  [`${ESC}[2J${ESC}]0;owned\u0007`, '\\u{1b}[2J\\u{1b}]0;owned\\u{7}'],
  ['two\nlines\r\tand a tab', 'two\\nlines\\r\\tand a tab'],
  ['right\u202eto left', 'right\\u{202e}to left'],
  ['csi \u009b31m', 'csi \\u{9b}31m'],
  ['half \ud800 pair', 'half \\u{d800} pair'],
  ['line\u2028separator', 'line\\u{2028}separator'],
  ['Łódź 東京 👩‍👩‍👧 ok', 'Łódź 東京 👩‍👩‍👧 ok'],
])('text of others cannot steer the terminal: %j', (hostile, shown) => {
  expect(printable(hostile)).toBe(shown);
});

test('a table is aligned, also where cells are coloured', () => {
  const { red } = styleOf(true);
  expect(
    table(
      ['ID', 'STATE'],
      [
        ['a', red('PARKED')],
        ['longer', 'ok'],
      ],
    ).map((line) => line.replaceAll(/\u001b\[\d+m/g, '')),
  ).toEqual(['ID      STATE', 'a       PARKED', 'longer  ok']);
});

test('a table has no blanks at line ends', () => {
  expect(table(['A', 'B'], [['x', '']])).toEqual(['A  B', 'x']);
});

test('colours are only for a terminal, and only where they are wanted', () => {
  expect(wantsColour({ isTTY: true }, {})).toBe(true);
  expect(wantsColour({}, {})).toBe(false);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
  expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  expect(styleOf(false).red('plain')).toBe('plain');
});

test('long text is cut between characters', () => {
  expect(shortened('abcdef', 4)).toBe('abc…');
  expect(shortened('👍👍👍', 3)).toBe('👍👍👍');
  expect(shortened('👍👍👍👍', 3)).toBe('👍👍…');
});

test.each([
  [0, '0.0 s'],
  [-5, '0.0 s'],
  [9_940, '9.9 s'],
  [42_000, '42 s'],
  [185_000, '3 m 05 s'],
  [7_800_000, '2 h 10 m'],
  [7_200_000, '2 h'],
  [367_200_000, '4 d 06 h'],
])('%i ms last %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('times are told from now', () => {
  const now = Date.parse('2025-01-01T12:00:00Z');
  expect(ago('2025-01-01T11:57:00Z', now)).toBe('3 m ago');
  expect(ago('2025-01-01T14:00:00Z', now)).toBe('in 2 h');
  expect(ago('2025-01-01T12:00:00.400Z', now)).toBe('now');
  expect(ago('2024-12-25T12:00:00Z', now)).toBe('7 d ago');
  expect(ago(null, now)).toBe('-');
});
