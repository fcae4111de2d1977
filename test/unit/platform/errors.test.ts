import { ReelwayError } from '../../../contracts/model/errors';
import { isUnreachable, toReelwayError } from '../../../platform/errors';

const withCode = (code: unknown, more: object = {}): Error => Object.assign(new Error('it broke'), { code, ...more });

describe('toReelwayError', () => {
  test('keeps an error of ours, also where something else wraps it', () => {
    const ours = new ReelwayError('RUN_MISSING');
    expect(toReelwayError(ours)).toBe(ours);
    expect(toReelwayError(new Error('activity failed', { cause: ours }))).toBe(ours);
  });

  test.each([
    ['Postgres', withCode('ECONNREFUSED', { address: '10.0.0.7', port: 5432 }), '10.0.0.7:5432'],
    ['Postgres', withCode('57P01'), 'pg:5432'],
    ['Postgres', new Error('Connection terminated unexpectedly'), 'pg:5432'],
    ['Postgres', new Error('Client has encountered a connection error and is not queryable'), 'pg:5432'],
    ['Temporal', withCode(14), 'temporal:7233'],
    ['Temporal', new Error('call failed', { cause: withCode(4) }), 'temporal:7233'],
    ['Kafka', Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError' }), 'kafka:9092'],
  ])('names %s and its address when it is away (%s)', (service, thrown, address) => {
    const known = service === 'Postgres' && address !== 'pg:5432' ? {} : { [service]: address };
    const error = toReelwayError(thrown, known);
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', retryable: true, cause: thrown });
    expect(error.message).toContain(`${service} at ${address}`);
  });

  test('sees both address families of a refused connection', () => {
    const both = new AggregateError([withCode('ECONNREFUSED', { address: '::1', port: 5432 })], '');
    expect(toReelwayError(both).message).toContain('Postgres at ::1:5432');
  });

  test('calls the rest INTERNAL, whatever was thrown', () => {
    for (const thrown of [new Error('x'), 'text', null, undefined, withCode('ENOENT'), withCode('23505')]) {
      expect(toReelwayError(thrown)).toMatchObject({ code: 'INTERNAL', cause: thrown });
      expect(isUnreachable(thrown)).toBe(false);
    }
  });

  test('a cause that points back does not hang it', () => {
    const loop = new Error('a');
    loop.cause = new Error('b', { cause: loop });
    expect(toReelwayError(loop).code).toBe('INTERNAL');
  });
});
