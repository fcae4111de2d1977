import { backOffMs } from '../../../bridge/inbound/back-off';
import { judge } from '../../../bridge/inbound/judge';
import { createLagWatch } from '../../../bridge/inbound/lag-clock';
import { milestoneEventId, payloadHash } from '../../../platform/events/identity';
import { prepareMilestone } from '../../../platform/events/prepare';
import type { KafkaRecord } from '../../../contracts/model/ports';

const EVENT_ID = '0b5a4d9c-8f6e-4b7a-9d3c-1e2f3a4b5c6d';
const record = (value: string | null, topic = 'moderation.approved'): KafkaRecord => ({
  topic,
  partition: 0,
  offset: '1',
  timestamp: '1000',
  key: null,
  value: value === null ? null : Buffer.from(value),
  headers: {},
});
const approval = (over: object = {}) =>
  JSON.stringify({
    event_id: EVENT_ID.toUpperCase(),
    timestamp: '2026-01-02T03:04:05Z',
    source_service: 'admin-control-plane',
    payload: { content_id: 'c', reviewer_id: 'r', decision: 'APPROVED' },
    ...over,
  });

describe('a record', () => {
  test('is a fact of its content, known by a lower-case id', () => {
    expect(judge(record(approval()))).toMatchObject({
      is: 'fact',
      eventId: EVENT_ID,
      contentId: 'c',
      fact: { at: Date.parse('2026-01-02T03:04:05Z'), body: { kind: 'decided', reviewerId: 'r' } },
    });
  });
  test('dated ahead counts as of now, so that it answers nothing that comes later', () => {
    const now = Date.parse('2026-01-02T03:00:00Z');
    expect(judge(record(approval()), now)).toMatchObject({ fact: { at: now } });
  });
  test('that names us as its source is ours to check', () => {
    expect(judge(record(approval({ source_service: 'reelway' })))).toMatchObject({ is: 'ours', eventId: EVENT_ID });
  });
  test('that is wrong is dead, under its content where that can be read', () => {
    const wrong = approval({ payload: { content_id: 'c', reviewer_id: 'r', decision: 'REMOVED' } });
    expect(judge(record(wrong))).toMatchObject({
      is: 'dead',
      code: 'SCHEMA_INVALID',
      contentId: 'c',
      eventId: EVENT_ID,
    });
    expect(judge(record(null))).toMatchObject({ is: 'dead', code: 'NULL_VALUE', contentId: null });
    expect(judge(record('{}', 'no.such.topic'))).toMatchObject({ is: 'dead' });
  });
  test('of another decision, reviewer or time is another decision', () => {
    const keyOf = (value: string): string => {
      const judged = judge(record(value));
      return judged.is === 'fact' ? judged.fact.key : '';
    };
    const other = { content_id: 'c', reviewer_id: 'r', decision: 'AGE_GATED' };
    const keys = [approval(), approval({ timestamp: '2026-01-02T03:04:06Z' }), approval({ payload: other })].map(keyOf);
    expect(new Set(keys).size).toBe(3);
    expect(keyOf(approval({ event_id: EVENT_ID.replace('0', '1') }))).toBe(keys[0]);
  });
});

describe('identities', () => {
  test('of a payload do not depend on the order of its fields, but on its topic', () => {
    expect(payloadHash('t', { a: 1, b: { c: 2, d: [3] } })).toEqual(payloadHash('t', { b: { d: [3], c: 2 }, a: 1 }));
    expect(payloadHash('t', { a: 1 })).not.toEqual(payloadHash('u', { a: 1 }));
  });
  test('of milestones are for ever: a changed formula would send everything again', () => {
    const of = { contentId: 'c', generation: 1, topic: 'media.published', milestone: 'published', ordinal: 1 };
    expect(milestoneEventId(of)).toMatchInlineSnapshot(`"8608917f-fef5-57aa-ad7b-1ed33bab784b"`);
    expect(milestoneEventId({ ...of, ordinal: 2 })).not.toBe(milestoneEventId(of));
  });
});

test('a milestone over the size of a message is refused', () => {
  const payload = { content_id: 'c', text: 'x'.repeat(1_000_001) };
  const milestone = { topic: 'media.published', milestone: 'published', ordinal: 1, at: 0, payload } as const;
  expect(prepareMilestone({ contentId: 'c', generation: 1 }, milestone)).toMatchObject({
    ok: false,
    refused: { code: 'MILESTONE_TOO_LARGE' },
  });
});

test('attempts begin at most 20 s apart, a call of 8 s included, however often they failed', () => {
  expect(backOffMs(0, () => 0)).toBe(250);
  expect(backOffMs(3, () => 0)).toBe(2_000);
  expect(backOffMs(1_000, () => 0) + 8_000).toBeLessThanOrEqual(20_000);
  expect(backOffMs(1_000, () => 1)).toBeGreaterThan(0);
});

describe('lag of a minute', () => {
  const at = (high: number, committed: number | null) => [
    { partition: 0, high: String(high), committed: committed === null ? null : String(committed) },
  ];
  test('is not there when all is committed', () => {
    const lags = createLagWatch();
    expect(lags(at(0, null), 0)).toBe(false);
    expect(lags(at(5, 5), 1_000)).toBe(false);
  });
  test('counts whatever is open until we have watched for a minute', () => {
    expect(createLagWatch()(at(5, 4), 0)).toBe(true);
  });
  test('is not there when only newer records are open', () => {
    const lags = createLagWatch();
    lags(at(5, 5), 0);
    expect(lags(at(9, 6), 60_000)).toBe(false);
    expect(lags(at(9, 6), 119_000)).toBe(false);
    expect(lags(at(9, 6), 121_000)).toBe(true);
    expect(lags(at(20, 9), 122_000)).toBe(false);
  });
});
