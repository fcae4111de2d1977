import { readableLog } from '../../../local/demo/readable-log';

test('lines of our log are told as level, code, message and cause; others stay as they are', () => {
  const lines = [
    '{"level":40,"time":"2026-05-01T10:00:00.000Z","pid":1,"msg":"keys could not be claimed","err":"away"}',
    '{"level":60,"msg":"cannot start","err":{"type":"ReelwayError","code":"TOPIC_MISSING","message":"no topic x"}}',
    '{"level":30,"msg":"ready"}',
    'node:internal/modules: Cannot find module',
    'null',
    '{"level":30}',
  ];
  expect(readableLog(lines.join('\n')).split('\n')).toEqual([
    'warn keys could not be claimed: away',
    'fatal TOPIC_MISSING cannot start: no topic x',
    'info ready',
    ...lines.slice(3),
  ]);
});
