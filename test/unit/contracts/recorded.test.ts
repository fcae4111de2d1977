import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS, type Topic } from '../../../contracts/model/topics';
import { parseMessage, type ParsedEnvelope } from '../../../contracts/schema/parse-message';

/**
 * Records as they were published, per topic and version of its message: text of the value, byte for byte, and what was
 * read from it then. They are never edited: producers of an old version may still be out there, and topics keep records
 * for up to a year. A new version adds a folder beside the old ones.
 */
const FOLDER = join(__dirname, '../../fixtures/recorded');

interface Recorded {
  /** ms since 1970, the record's own time. */
  timestamp: number;
  key: string | null;
  headers: Record<string, string>;
  value: string;
  parsed: ParsedEnvelope<unknown>;
}

const topics = Object.keys(TOPICS) as Topic[];
const read = (file: string): Recorded => JSON.parse(readFileSync(file, 'utf8')) as Recorded;

test('every topic has records of every version that was published, from the first on', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...topics].sort());
  for (const topic of topics) expect(readdirSync(join(FOLDER, topic))).toContain('v1');
});

describe.each(topics)('%s', (topic) => {
  const versions = readdirSync(join(FOLDER, topic));
  const files = versions.flatMap((version) =>
    readdirSync(join(FOLDER, topic, version)).map((file) => `${version}/${file}`),
  );
  test.each(files)('%s means what it meant', (file) => {
    const { timestamp, key, value, parsed } = read(join(FOLDER, topic, file));
    const again = parseMessage(topic, Buffer.from(value), key === null ? null : Buffer.from(key), timestamp);
    // Fields that a later schema reads as well may be more than there were.
    expect(again).toMatchObject({ ok: true, envelope: parsed });
  });
});
