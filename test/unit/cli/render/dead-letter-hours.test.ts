import { renderHours } from '../../../../cli/render/dead-letter-hours';
import { styleOf } from '../../../../cli/render/text';

const hour = (at: string, count: number, code = 'NOT_JSON') => ({
  topic: 'media.transcoded',
  code,
  hour: `2026-03-01T${at}:00:00.000Z`,
  count,
});

test('the largest group comes first, its hours in the order of time, and no bar is empty', () => {
  const hours = [hour('12', 1), hour('12', 80, 'SCHEMA_INVALID'), hour('11', 40, 'SCHEMA_INVALID')];
  expect(renderHours(hours, styleOf(false), 200)).toEqual([
    'media.transcoded SCHEMA_INVALID 120',
    `  2026-03-01 11:00Z  ${'#'.repeat(20)} 40`,
    `  2026-03-01 12:00Z  ${'#'.repeat(40)} 80`,
    'media.transcoded NOT_JSON 1',
    '  2026-03-01 12:00Z  # 1',
  ]);
  expect(renderHours(hours, styleOf(false), 3).at(-1)).toBe('3 bars, the newest; there may be more: --limit, --since');
  expect(renderHours([], styleOf(false), 200)).toEqual(['no dead letters']);
});
