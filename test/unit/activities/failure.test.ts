import { ApplicationFailure } from '@temporalio/activity';
import { toFailure } from '../../../activities/failure';
import { ERRORS, ReelwayError, type ErrorCode } from '../../../contracts/model/errors';

describe('a failure as the workflow reads it', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('%s keeps its code, its message and its hint', (code) => {
    const failure = toFailure(new ReelwayError(code, 'what happened here', { cause: new TypeError('secret path') }));
    const { hint, class: owner, retryable } = ERRORS[code];
    expect(failure).toMatchObject({ type: code, message: 'what happened here', details: [{ hint }] });
    expect(failure.nonRetryable).toBe(!retryable || owner === 'creator');
    expect(failure.cause).toBeUndefined();
  });

  test('follows the error where it differs from its row', () => {
    expect(toFailure(new ReelwayError('CHECK_FAILED', 'x', { retryable: false })).nonRetryable).toBe(true);
    expect(toFailure(new ReelwayError('PUBLISH_REFUSED', 'x', { retryable: false })).nonRetryable).toBe(true);
  });

  test('of something we did not expect is INTERNAL and tried again', () => {
    expect(toFailure(new TypeError('x is not a function'))).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
    expect(toFailure('thrown text')).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
  });

  test('of a server that is away says so and is tried again', () => {
    const refused = Object.assign(new TypeError('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(toFailure(refused)).toMatchObject({ type: 'SERVICE_UNREACHABLE', nonRetryable: false });
  });

  test('that is one already stays as it is', () => {
    const failure = ApplicationFailure.create({ type: 'TRANSCODE_FAILED' });
    expect(toFailure(failure)).toBe(failure);
  });

  test('does not carry a tool’s whole complaint into the history', () => {
    expect(toFailure(new ReelwayError('TRANSCODE_FAILED', 'x'.repeat(100_000))).message.length).toBe(2_000);
  });
});
