import { toApiError, toConnectionError } from '../../../api/errors';
import { problemOf, statusOf } from '../../../api/problem';
import { ERRORS, ReelwayError, type ErrorCode } from '../../../contracts/model/errors';

const codes = Object.keys(ERRORS) as ErrorCode[];

describe('statuses', () => {
  it.each<[ErrorCode, number]>([
    ['INPUT_INVALID', 400],
    ['REASON_MISSING', 400],
    ['UNAUTHENTICATED', 401],
    ['RIGHT_MISSING', 403],
    ['CONTENT_NOT_FOUND', 404],
    ['NOT_FOUND', 404],
    ['REQUEST_TIMEOUT', 408],
    ['NOT_PARKED', 409],
    ['ALREADY_FINISHED', 409],
    ['COMMAND_ID_REUSED', 409],
    ['BODY_TOO_LARGE', 413],
    ['MEDIA_TYPE_UNSUPPORTED', 415],
    ['TOO_MANY_REQUESTS', 429],
    ['INTERNAL', 500],
    ['SERVICE_UNREACHABLE', 503],
    ['OUTCOME_UNKNOWN', 504],
  ])('%s is %i', (code, status) => {
    expect(statusOf(code)).toBe(status);
  });

  it('say of every refusal that the caller can do something, and never success', () => {
    for (const code of codes) {
      const [status, isRefusal] = [statusOf(code), ERRORS[code].class === 'refusal'];
      expect([code, status >= 400 && status < (isRefusal ? 500 : 600)]).toEqual([code, true]);
    }
  });
});

describe('a request that lost against another transaction', () => {
  it.each(['40P01', '40001', '55P03'])('may come again: %s is 503', (code) => {
    const error = toApiError(Object.assign(new Error('deadlock detected'), { code }));
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', retryable: true });
    expect(problemOf(error, 'r-1')).toMatchObject({ status: 503, hint: 'Send the same again.' });
  });
});

describe('a problem', () => {
  it('has title, detail, code, hint and the id of the request', () => {
    const error = new ReelwayError('NOT_PARKED', 'c-1 runs.', { hint: 'Look.' });
    expect(problemOf(error, 'r-1')).toEqual({
      type: 'urn:reelway:problem:NOT_PARKED',
      title: ERRORS.NOT_PARKED.title,
      status: 409,
      detail: 'c-1 runs.',
      code: 'NOT_PARKED',
      hint: 'Look.',
      requestId: 'r-1',
    });
  });

  it('tells nothing of what we did not expect but the id', () => {
    const secret = 'column "cek" of postgres://u:p@h/d';
    const text = JSON.stringify(problemOf(toApiError(new TypeError(secret)), 'r-2'));
    expect(text).not.toContain('cek');
    expect(text).not.toMatch(/stack|TypeError|\bat /);
    expect(text).toContain('r-2');
  });

  it('has no stack and no cause', () => {
    const error = new ReelwayError('INPUT_INVALID', 'no', { cause: new TypeError('deep inside') });
    expect(JSON.stringify(problemOf(error, 'r'))).not.toContain('deep inside');
  });
});

describe('what the server itself refuses', () => {
  it.each([
    [{ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }, 'BODY_TOO_LARGE'],
    [{ code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }, 'MEDIA_TYPE_UNSUPPORTED'],
    [{ code: 'FST_ERR_CTP_EMPTY_JSON_BODY', statusCode: 400 }, 'INPUT_INVALID'],
    [{ name: 'SyntaxError', statusCode: 400 }, 'INPUT_INVALID'],
    [{ code: 'ECONNREFUSED', syscall: 'connect' }, 'SERVICE_UNREACHABLE'],
    [{ statusCode: 418 }, 'INTERNAL'],
  ])('%j is %s', (thrown, code) => {
    expect(toApiError(thrown).code).toBe(code);
  });

  it.each([
    ['HPE_HEADER_OVERFLOW', 'BODY_TOO_LARGE'],
    ['ERR_HTTP_REQUEST_TIMEOUT', 'REQUEST_TIMEOUT'],
    ['HPE_INVALID_METHOD', 'INPUT_INVALID'],
  ])('%s on a connection is %s', (code, ours) => {
    expect(toConnectionError({ code }).code).toBe(ours);
  });
});
