import { isErrorCode } from '../../../contracts/model/errors';
import { TOPICS, type Topic } from '../../../contracts/model/topics';
import { parseMessage } from '../../../contracts/schema/parse-message';
import { hostileVariants } from '../../fixtures/messages/hostile';
import { bytesOf, keyOf, messageFixtures, type FixtureKind } from '../../fixtures/messages/load';

const topics = Object.keys(TOPICS) as Topic[];
const kinds: FixtureKind[] = ['valid', 'invalid', 'hostile'];

describe.each(topics)('messages on %s', (topic) => {
  for (const kind of kinds) {
    it.each(messageFixtures(topic, kind))(`${kind}: $name`, (fixture) => {
      const parsed = parseMessage(topic, bytesOf(fixture), keyOf(fixture));
      expect(parsed.ok ? 'ok' : parsed.code).toBe(fixture.expect);
      if (!parsed.ok && fixture.field !== undefined) expect(parsed.reason).toContain(fixture.field);
    });
  }

  const [plain] = messageFixtures(topic, 'valid').filter(({ name }) => name === 'a plain message');
  it.each(hostileVariants(JSON.stringify(plain?.value)))('hostile bytes: $name', ({ value, expect: code }) => {
    const parsed = parseMessage(topic, value);
    expect(parsed).toMatchObject({ ok: false, code });
    expect(isErrorCode(code)).toBe(true);
  });
});
