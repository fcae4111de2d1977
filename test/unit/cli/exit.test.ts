import { ERRORS, type ErrorCode } from '../../../contracts/model/errors';
import { EXIT, exitCodeOf } from '../../../cli/exit';

const CODES = Object.keys(ERRORS) as ErrorCode[];

test.each([
  ['CONTENT_NOT_FOUND', EXIT.notFound],
  ['NOT_FOUND', EXIT.notFound],
  ['NOT_PARKED', EXIT.refused],
  ['PAST_NO_RETURN', EXIT.refused],
  ['ALREADY_FINISHED', EXIT.refused],
  ['RECORD_FIXED', EXIT.refused],
  ['COMMAND_ID_REUSED', EXIT.refused],
  ['INPUT_INVALID', EXIT.usage],
  ['REASON_MISSING', EXIT.usage],
  ['USAGE', EXIT.usage],
  ['CONFIG_INVALID', EXIT.usage],
  ['SERVICE_UNREACHABLE', EXIT.unreachable],
  ['OUTCOME_UNKNOWN', EXIT.unreachable],
  ['TOPIC_MISSING', EXIT.failed],
  ['RUN_MISSING', EXIT.failed],
  ['INTERNAL', EXIT.failed],
] as const)('%s ends the process with %i', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});

test('no error ends the process as if it were done', () => {
  expect(CODES.filter((code) => exitCodeOf(code) === EXIT.done)).toEqual([]);
});

test('what only another state would allow is told apart from what was asked wrongly', () => {
  const refused = CODES.filter((code) => exitCodeOf(code) === EXIT.refused);
  expect(refused.every((code) => ERRORS[code].class === 'refusal')).toBe(true);
});
