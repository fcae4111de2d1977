import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser, type AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { TOPICS, topicRow, type Topic } from '../../../contracts/model/topics';

// The parser brings a rule engine that takes seconds to load.
jest.setTimeout(120_000);

const topics = Object.keys(TOPICS) as Topic[];
const text = readFileSync(join(__dirname, '../../../docs/asyncapi.yaml'), 'utf8');
const parser = new Parser();

/** The parser's severities: 0 is an error, 1 a warning, what is above them is advice. */
const WARNING = 1;

async function problemsOf(document: string | object): Promise<string[]> {
  const { diagnostics } = await parser.parse(document as string);
  return diagnostics
    .filter(({ severity }: { severity: number }) => severity <= WARNING)
    .map(({ code, path, message }) => `${String(code)} ${path.join('.')}: ${message}`);
}

let document: AsyncAPIDocumentInterface;
beforeAll(async () => {
  const { document: parsed } = await parser.parse(text);
  if (!parsed) throw new Error((await problemsOf(text)).join('\n'));
  document = parsed;
});

test('docs/asyncapi.yaml is valid, without a warning', async () => {
  expect(await problemsOf(text)).toEqual([]);
  expect(document.version()).toMatch(/^3\./);
});

test('it has every topic, in its directions, with key, partitions and retention', () => {
  const channels = new Map(
    document
      .channels()
      .all()
      .map((channel) => [channel.address() as string, channel]),
  );
  expect([...channels.keys()].sort()).toEqual([...topics].sort());
  for (const topic of topics) {
    const { partitions, retentionMs, direction, key } = topicRow(topic);
    const channel = channels.get(topic);
    const kafka = channel?.bindings().get('kafka')?.value<Record<string, unknown>>();
    expect(kafka).toMatchObject({ partitions, topicConfiguration: { 'retention.ms': retentionMs } });
    const actions = channel
      ?.operations()
      .all()
      .map((operation) => operation.action());
    expect(actions?.sort()).toEqual({ consume: ['receive'], produce: ['send'], both: ['receive', 'send'] }[direction]);
    for (const message of channel?.messages().all() ?? []) {
      const binding = message.bindings().get('kafka')?.value<{ key?: { description: string } }>();
      expect(binding?.key?.description).toBe(key === null ? undefined : `the ${key} of the payload`);
    }
  }
});
