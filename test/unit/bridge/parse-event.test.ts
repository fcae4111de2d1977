import fc from 'fast-check';
import { parseEvent } from '../../../bridge/projector/parse-event';
import { ENGAGEMENT_TYPES } from '../../../contracts/model/engagement';
import { parseMessage } from '../../../contracts/schema/parse-message';
import { bytesOf, messageFixtures } from '../../fixtures/messages/load';

const TOPIC = 'user.engagement.events';
const id = fc.oneof(fc.string(), fc.constantFrom('user-1', 'a\u0000', '', 'x'.repeat(256), 'ü', ' '));
const odd = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.constant({}), fc.constant([1]));

const event = fc.record(
  {
    user_id: fc.oneof({ weight: 9, arbitrary: id }, odd),
    content_id: fc.oneof(fc.constantFrom('content-1', '.hidden', 'a b', 'x'.repeat(129)), odd),
    creator_id: fc.oneof({ weight: 9, arbitrary: id }, odd),
    event_type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ENGAGEMENT_TYPES) }, odd),
    watch_duration_seconds: fc.oneof(fc.nat(), fc.constantFrom(null, -1, 1.5, 2 ** 53, -0, '5'), odd),
    content_type: fc.constantFrom('VIDEO', 'AUDIO', 'video', null),
    session_id: fc.constantFrom('s-1', 's-2'),
    more: fc.anything(),
  },
  { requiredKeys: ['user_id', 'content_id', 'creator_id', 'session_id'] },
);
const message = fc.record(
  {
    event_id: fc.oneof(
      fc.uuid(),
      fc.uuid().map((text) => text.toUpperCase()),
      odd,
    ),
    timestamp: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom(
        '2026-02-30T00:00:00Z',
        '2026-01-01T00:00:00+01:00',
        '2026-01-01T25:00:00Z',
        '2026-06-31T00:00:00Z',
      ),
      odd,
    ),
    source_service: fc.oneof(fc.constant('engagement-service'), id, odd),
    payload: event,
  },
  { requiredKeys: ['payload'] },
);

const agrees = (value: Buffer): void => {
  const quick = parseEvent(value);
  if (quick === null) return;
  expect(parseMessage(TOPIC, value)).toEqual({ ok: true, envelope: quick });
};

test('what the quick check takes, the schema takes, and makes the same of it', () => {
  fc.assert(
    fc.property(message, (json) => {
      agrees(Buffer.from(JSON.stringify(json)));
    }),
    { numRuns: 3_000 },
  );
});

test('a plain message is taken on every day of the year but the leap day, and of no other day', () => {
  const plain = messageFixtures(TOPIC, 'valid').find(({ name }) => name === 'a plain message');
  const json = JSON.parse(plain ? bytesOf(plain).toString('utf8') : '{}') as object;
  const isTaken = (day: string): boolean =>
    parseEvent(Buffer.from(JSON.stringify({ ...json, timestamp: `${day}T10:00:00.000Z` }))) !== null;
  const months = Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, '0'));
  const days = Array.from({ length: 31 }, (_, index) => String(index + 1).padStart(2, '0'));
  const all = months.flatMap((month) => days.map((day) => `2026-${month}-${day}`));
  const exists = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON().startsWith(day);
  expect(all.filter(isTaken)).toEqual(all.filter(exists));
});

test('every fixture is judged alike, and a plain message is taken', () => {
  for (const kind of ['valid', 'invalid', 'hostile'] as const) {
    for (const fixture of messageFixtures(TOPIC, kind)) agrees(bytesOf(fixture));
  }
  const plain = messageFixtures(TOPIC, 'valid').find(({ name }) => name === 'a plain message');
  expect(plain && parseEvent(bytesOf(plain))).not.toBeNull();
});
