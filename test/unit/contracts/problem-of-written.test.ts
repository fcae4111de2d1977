import { MILESTONE_TOPICS } from '../../../contracts/model/topics';
import { parseMessage, problemOfWritten } from '../../../contracts/schema/parse-message';
import { messageFixtures } from '../../fixtures/messages/load';

const EVENT_ID = '6f0f8f0a-3c43-5d0c-9a51-2f6c2f6f2b1e';

/** What the writer says of a payload, beside what a reader of its bytes says. */
function bothOf(topic: (typeof MILESTONE_TOPICS)[number], payload: unknown) {
  const value = Buffer.from(
    JSON.stringify({
      ...{ event_id: EVENT_ID, timestamp: '2026-05-01T10:00:00.000Z', source_service: 'reelway', payload },
    }),
  );
  const read = parseMessage(topic, value);
  return { written: problemOfWritten(topic, value, payload), read: read.ok ? null : read };
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : { deeper: deep(levels - 1) });

describe.each(MILESTONE_TOPICS)('a payload of %s', (topic) => {
  const payloads = (['valid', 'invalid', 'hostile'] as const)
    .flatMap((kind) => messageFixtures(topic, kind))
    .flatMap(({ name, value }) =>
      typeof value === 'object' && value !== null && 'payload' in value ? [{ name, payload: value.payload }] : [],
    );
  const valid = payloads[0]?.payload as Record<string, unknown>;

  it('is refused by its writer exactly where a reader would refuse it, for the same reason', () => {
    expect(payloads.length).toBeGreaterThan(1);
    for (const { name, payload } of payloads) {
      const { written, read } = bothOf(topic, payload);
      expect([name, written]).toEqual([name, read]);
    }
    expect(bothOf(topic, valid)).toEqual({ written: null, read: null });
  });

  it.each<[string, object]>([
    ['half a surrogate pair', { content_id: '\ud83d' }],
    ['U+0000', { content_id: 'a\u0000b' }],
    ['a field named __proto__', JSON.parse('{"__proto__":{"a":1}}') as object],
    ['a number for a text', { content_id: 7 }],
    ['too many levels', { surprise: deep(100) }],
  ])('with %s is refused by both', (_what, patch) => {
    const payload = Object.defineProperties({ ...valid }, Object.getOwnPropertyDescriptors(patch));
    const { written, read } = bothOf(topic, payload);
    expect(written).not.toBeNull();
    expect(written?.code).toBe(read?.code);
  });
});
