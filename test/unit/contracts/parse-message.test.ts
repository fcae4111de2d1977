import fc from 'fast-check';
import { TOPICS, type Topic } from '../../../contracts/model/topics';
import { parseMessage } from '../../../contracts/schema/parse-message';
import { bytesOf, messageFixtures } from '../../fixtures/messages/load';

const topics = Object.keys(TOPICS) as Topic[];
const anyTopic = fc.constantFrom(...topics);
const examples = topics.flatMap((topic) => messageFixtures(topic, 'valid').map((fixture) => bytesOf(fixture)));
const REFUSALS = ['NULL_VALUE', 'NOT_JSON', 'TOO_DEEP', 'TOO_LARGE', 'UNSAFE_TEXT', 'SCHEMA_INVALID'];

/** An answer, and one that Postgres can store. */
function expectAnswer(topic: Topic, value: Buffer): void {
  const parsed = parseMessage(topic, value);
  if (!parsed.ok) expect(REFUSALS).toContain(parsed.code);
  const stored = JSON.stringify(parsed);
  expect(stored.length).toBeLessThan(2_000_000);
  expect(/\\u0000|\\ud[89a-f]/i.test(stored)).toBe(false);
}

describe('parseMessage never throws', () => {
  it('on any bytes', () => {
    fc.assert(
      fc.property(anyTopic, fc.uint8Array({ maxLength: 200 }), (topic, bytes) => {
        expectAnswer(topic, Buffer.from(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('on any JSON', () => {
    fc.assert(
      fc.property(anyTopic, fc.json({ maxDepth: 8, stringUnit: 'binary' }), (topic, json) => {
        expectAnswer(topic, Buffer.from(json));
      }),
      { numRuns: 500 },
    );
  });

  it('on a valid message with any bytes changed, added or taken away', () => {
    const damage = fc.record({ at: fc.nat(), remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(
        anyTopic,
        fc.constantFrom(...examples),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (...args) => {
          const [topic, example, damages] = args;
          const damaged = damages.reduce((bytes, { at, remove, insert }) => {
            const from = at % (bytes.length + 1);
            return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
          }, example);
          expectAnswer(topic, damaged);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('what parseMessage makes of a message', () => {
  const plain = (topic: Topic): Record<string, unknown> =>
    messageFixtures(topic, 'valid').find(({ name }) => name === 'a plain message')?.value as Record<string, unknown>;
  const parse = (topic: Topic, value: unknown, key: string | null = null, at = 5) =>
    parseMessage(topic, Buffer.from(JSON.stringify(value)), key === null ? null : Buffer.from(key), at);

  it('is the id in lower case, the time in ms, the source and the known fields', () => {
    const message = plain('moderation.approved');
    const shouted = { ...message, event_id: String(message['event_id']).toUpperCase() };
    expect(parse('moderation.approved', { ...shouted, timestamp: '2025-03-01T12:15:30.25+02:00' })).toEqual({
      ok: true,
      envelope: {
        eventId: message['event_id'],
        timestamp: Date.UTC(2025, 2, 1, 10, 15, 30, 250),
        source: 'admin-control-plane',
        payload: { content_id: 'content-001', reviewer_id: 'reviewer-3', decision: 'APPROVED' },
      },
    });
  });

  it('keeps the prototype of what it returns', () => {
    const parsed = parse('moderation.approved', { ...plain('moderation.approved'), constructor: { name: 'x' } });
    expect(parsed.ok && Object.getPrototypeOf(parsed.envelope.payload)).toBe(Object.prototype);
  });

  it('names at most five fields of a message with many mistakes', () => {
    const flag = { check_type: 'x' };
    const message = { ...plain('moderation.flagged'), payload: { content_id: 'c', flags: Array(50).fill(flag) } };
    const parsed = parse('moderation.flagged', message);
    expect(parsed).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^payload\.creator_id: .*; \d+ more$/) as string,
    });
  });

  it('tells nothing of the content of a message that is not JSON', () => {
    const parsed = parseMessage('payment.events', Buffer.from('token=hunter2'));
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  describe('without an envelope', () => {
    const flat = { metrics: [{ contentId: '3f0c9a52-6f0e-4d7b-9a65-0d6d8a2f4c11', score: 1 }] };
    const idOf = (topic: Topic, value: unknown, key: string | null) => {
      const parsed = parse(topic, value, key);
      return parsed.ok ? parsed.envelope.eventId : parsed.code;
    };

    it('has an identity made of topic, key and value, and the time of the record', () => {
      expect(parse('engagement.metrics', flat, null, 1234)).toMatchObject({
        envelope: { eventId: expect.stringMatching(/^[0-9a-f]{64}$/) as string, timestamp: 1234, source: null },
      });
      expect(idOf('engagement.metrics', flat, 'a')).toBe(idOf('engagement.metrics', flat, 'a'));
      expect(idOf('engagement.metrics', flat, 'a')).not.toBe(idOf('engagement.metrics', flat, 'b'));
      expect(idOf('engagement.metrics', flat, '')).not.toBe(idOf('engagement.metrics', flat, null));
    });

    it('is refused on every other topic', () => {
      expect(idOf('moderation.approved', { content_id: 'c', reviewer_id: 'r', decision: 'APPROVED' }, 'c')).toBe(
        'SCHEMA_INVALID',
      );
    });
  });
});
