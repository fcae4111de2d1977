import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TOPICS, type Topic } from '../../../contracts/model/topics';
import { messageFixtures, type FixtureKind } from '../../fixtures/messages/load';

const topics = Object.keys(TOPICS) as Topic[];

describe.each(topics)('docs/schemas/%s.json', (topic) => {
  const text = readFileSync(join(__dirname, `../../../docs/schemas/${topic}.json`), 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
  const fits = (kind: FixtureKind): [name: string, fits: boolean][] =>
    messageFixtures(topic, kind)
      .filter(({ value }) => typeof value === 'object')
      .map(({ name, value }) => [name, schema.safeParse(value).success]);

  test('takes every valid message', () => {
    expect(fits('valid')).toEqual(fits('valid').map(([name]) => [name, true]));
  });
  test('refuses invalid ones, as far as a schema can say it', () => {
    expect(fits('invalid').map(([, fit]) => fit)).toContain(false);
    expect(schema.safeParse({}).success).toBe(false);
  });
});
