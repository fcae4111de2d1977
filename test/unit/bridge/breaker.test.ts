import {
  assertMostlyGood,
  assertNotHeld,
  BreakerTripped,
  cutForIntake,
  isMostlyDead,
} from '../../../bridge/inbound/breaker';
import type { KafkaRecord } from '../../../contracts/model/ports';
import type { Pause } from '../../../platform/postgres/pauses';

const LIMITS = { minRecords: 20, share: 0.5 };

const records = (count: number, from = 0): KafkaRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    topic: 'media.transcoded',
    partition: 1,
    offset: String(from + index),
    timestamp: '0',
    key: null,
    value: null,
    headers: {},
  }));

const paused = (patch: Partial<Pause> = {}) => ({
  last: (): Pause => ({
    ...{ scope: 'media.transcoded/1', code: 'BREAKER_OPEN', reason: 'bad', since: new Date(0) },
    ...{ resumedAt: null, passesThrough: null, ...patch },
  }),
});
const NEVER = { last: () => undefined };
const dead = (count: number): { code: string }[] => Array.from({ length: count }, () => ({ code: 'INVALID_JSON' }));

test.each([
  [20, 10, true],
  [20, 9, false],
  [19, 19, false],
  [500, 250, true],
  [500, 249, false],
])('%i records with %i dead ones: held %s', (all, bad, held) => {
  expect(isMostlyDead(LIMITS, all, bad)).toBe(held);
});

test('a share of 0 switches it off', () => {
  expect(isMostlyDead({ minRecords: 1, share: 0 }, 500, 500)).toBe(false);
});

test('what trips it names the partition, the figures and the codes', () => {
  expect(() => {
    assertMostlyGood(LIMITS, NEVER, records(20, 7), dead(15));
  }).toThrow(
    new BreakerTripped('media.transcoded/1', '15 of 20 records from offset 7 would be dead letters (INVALID_JSON)'),
  );
});

test('records that a person let pass go through, what came later is judged anew', () => {
  const resumed = paused({ resumedAt: new Date(), passesThrough: '19' });
  expect(() => {
    assertMostlyGood(LIMITS, resumed, records(20), dead(20));
  }).not.toThrow();
  expect(() => {
    assertMostlyGood(LIMITS, resumed, records(20, 1), dead(20));
  }).toThrow(BreakerTripped);
});

test('what a person let pass is taken for itself, so that bad records behind it cannot undo it', () => {
  const cut = (pauses: Parameters<typeof cutForIntake>[0], all: KafkaRecord[]): string[][] =>
    cutForIntake(pauses, all, 30).map((part) => [part[0]?.offset ?? '', part.at(-1)?.offset ?? '']);
  const resumed = paused({ resumedAt: new Date(), passesThrough: '69' });
  expect(cut(resumed, records(140))).toEqual([
    ['0', '29'],
    ['30', '59'],
    ['60', '69'],
    ['70', '99'],
    ['100', '129'],
    ['130', '139'],
  ]);
  expect(cut(resumed, records(10, 100))).toEqual([['100', '109']]);
  expect(cut(NEVER, records(31))).toEqual([
    ['0', '29'],
    ['30', '30'],
  ]);
  expect(cut(NEVER, [])).toEqual([]);
});

test('a held partition is refused until it is resumed', () => {
  expect(() => {
    assertNotHeld(paused(), records(1));
  }).toThrow(expect.objectContaining({ code: 'BREAKER_OPEN' }) as Error);
  expect(() => {
    assertNotHeld(paused({ resumedAt: new Date() }), records(1));
  }).not.toThrow();
});
