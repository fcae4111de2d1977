import { parseQuery } from '../../../cli/content-query';

test.each([
  ['attention', { attention: true }],
  ['attention code=TRANSCODE_FAILED age=2h', { attention: true, code: 'TRANSCODE_FAILED', minAgeMs: 7_200_000 }],
  ['status=PARKED,stage=transcode', { status: 'PARKED', stage: 'transcode' }],
  ['creator=anna residency=NG type=AUDIO', { creatorId: 'anna', residency: 'NG', contentType: 'AUDIO' }],
])('%s is a query', (text, query) => {
  expect(parseQuery(text)).toEqual(query);
});

test.each([
  ['', 'empty'],
  [' , ', 'empty'],
  ['everything', 'everything'],
  ['status=ASLEEP', 'status'],
  ['code=NO_SUCH', 'errors.md'],
  ['attention=no', 'attention'],
  ['age=soon', 'span'],
  ['-o json', 'o'],
])('%j is none, and the refusal says why', (text, why) => {
  expect(() => parseQuery(text)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) as string }),
  );
});
