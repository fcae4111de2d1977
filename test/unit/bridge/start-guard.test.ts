import { createStartGuard } from '../../../bridge/inbound/start-guard';
import type { Pause } from '../../../platform/postgres/pauses';

const MINUTE = 60_000;

function setting() {
  let now = 0;
  let pause: Pause | undefined;
  let isAway = false;
  const told: number[] = [];
  const guard = createStartGuard(
    {
      perMinute: 50,
      log: { warn: () => undefined },
      onTrip: (uploads) => told.push(uploads),
      pauses: {
        isPaused: () => pause !== undefined && pause.resumedAt === null,
        last: () => pause,
        pause: (scope, code, reason) => {
          if (isAway) return Promise.reject(new Error('Postgres is away'));
          pause = { scope, code, reason, since: new Date(now), resumedAt: null, passesThrough: null };
          return Promise.resolve();
        },
        waiting: () => [],
        stop: () => Promise.resolve(),
      },
    },
    () => now,
  );
  return {
    guard,
    told,
    pass: (ms: number) => (now += ms),
    away: (is: boolean) => (isAway = is),
    resume: () => {
      if (pause) pause = { ...pause, resumedAt: new Date(now) };
    },
  };
}

test('fifty in a minute are borne, one more pauses the starts', () => {
  const { guard, told } = setting();
  guard.count(50);
  expect(guard.isPaused()).toBe(false);
  guard.count(1);
  expect(guard.isPaused()).toBe(true);
  expect(told).toEqual([50, 1]);
});

test('what is older than a minute no longer counts', () => {
  const { guard, pass } = setting();
  guard.count(50);
  pass(MINUTE);
  guard.count(50);
  expect(guard.isPaused()).toBe(false);
});

test('after a resume the rest of the same replay does not stop it again for an hour', () => {
  const { guard, pass, resume } = setting();
  guard.count(51);
  resume();
  guard.count(1_000);
  expect(guard.isPaused()).toBe(false);
  pass(60 * MINUTE);
  guard.count(51);
  expect(guard.isPaused()).toBe(true);
});

test('a pause that could not be written is tried again with the next upload', () => {
  const { guard, away } = setting();
  away(true);
  guard.count(51);
  expect(guard.isPaused()).toBe(false);
  away(false);
  guard.count(1);
  expect(guard.isPaused()).toBe(true);
});
