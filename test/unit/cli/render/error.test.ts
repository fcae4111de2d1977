import { ReelwayError } from '../../../../contracts/model/errors';
import { renderError } from '../../../../cli/render/error';
import { styleOf } from '../../../../cli/render/text';

const lines = (error: ReelwayError): string[] => renderError(error, styleOf(false));

test('an error says what happened, why, and what to do next', () => {
  const cause = new TypeError('connect ECONNREFUSED 127.0.0.1:1');
  expect(lines(new ReelwayError('SERVICE_UNREACHABLE', 'Postgres is away', { cause }))).toEqual([
    'error SERVICE_UNREACHABLE Postgres is away',
    '  because: connect ECONNREFUSED 127.0.0.1:1',
    '  next: Start it, or correct its address. Locally: npm run stack',
  ]);
});

test('a cause that the message repeats already is not said twice', () => {
  const cause = new TypeError('no route');
  expect(
    lines(new ReelwayError('SERVICE_UNREACHABLE', 'Kafka could not be reached: no route', { cause })),
  ).toHaveLength(2);
});

test('several problems get a line each', () => {
  expect(lines(new ReelwayError('CONFIG_INVALID', 'A is required\nB is required')).slice(0, 2)).toEqual([
    'error CONFIG_INVALID A is required',
    '  B is required',
  ]);
});

test('a hostile message cannot steer the terminal, nor fill it', () => {
  const text = lines(new ReelwayError('INTERNAL', `\u001b[2J${'x'.repeat(1_000_000)}`)).join('\n');
  expect(text).not.toContain('\u001b');
  expect(text.length).toBeLessThan(2_000);
});
