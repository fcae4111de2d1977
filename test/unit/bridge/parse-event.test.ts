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

/** What means something in JSON or in a pattern of ours. */
const PUNCTUATION = '"\\{}[],: \t-.0eE_aZ\u007f\u0000';

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

const plainEvent = {
  event_id: '0b0c7a9e-5d4f-4f6e-9a51-2f6c2f6f2b1e',
  timestamp: '2026-05-01T10:00:00.000Z',
  source_service: 'engagement-service',
  payload: {
    ...{ user_id: 'user-1', content_id: 'content-1', creator_id: 'creator-1', event_type: ENGAGEMENT_TYPES[0] },
    ...{ watch_duration_seconds: 61, content_type: 'VIDEO', session_id: 's-1' },
  },
};

test('one byte more, less or other anywhere in a usual event is judged alike', () => {
  const text = JSON.stringify(plainEvent);
  expect(parseEvent(Buffer.from(text))).not.toBeNull();
  const byte = fc.oneof(
    fc.nat(PUNCTUATION.length - 1).map((at) => PUNCTUATION.charCodeAt(at)),
    fc.nat(255),
  );
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(2), byte, (at, cut, put) => {
      const bytes = Buffer.from(text);
      agrees(Buffer.concat([bytes.subarray(0, at), Buffer.from([put]), bytes.subarray(at + cut)]));
      agrees(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + cut)]));
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['without spaces', JSON.stringify(plainEvent)],
  ['with a space behind each mark', JSON.stringify(plainEvent).replace(/(?<=[:,])(?=")|(?<=":)(?=[{\d])/g, ' ')],
  ['on several lines', JSON.stringify(plainEvent, null, 2)],
  ['in another order', JSON.stringify(Object.fromEntries(Object.entries(plainEvent).reverse()))],
  ['with a field that we do not know', JSON.stringify({ ...plainEvent, trace: 'x' })],
])('an event %s is usual', (_how, text) => {
  agrees(Buffer.from(text));
  expect(parseEvent(Buffer.from(text))).toEqual(parseEvent(Buffer.from(JSON.stringify(plainEvent))));
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
