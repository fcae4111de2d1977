import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openApiDocument } from '../../../api/docs/openapi';
import { rightsDoc } from '../../../api/docs/rights-doc';
import { asyncapiDocument } from '../../../bridge/docs/asyncapi';
import { topicsDoc } from '../../../bridge/docs/topics-doc';
import { cliReference } from '../../../cli/reference';
import { TOPICS, type Topic } from '../../../contracts/model/topics';
import { configurationDoc, envExample } from '../../../contracts/schema/env-docs';
import { topicSchema } from '../../../contracts/schema/json-schema';

const ROOT = join(__dirname, '../../..');

const topics = Object.keys(TOPICS) as Topic[];
const schemaFile = (topic: Topic): string => `${JSON.stringify(topicSchema(topic), null, 2)}\n`;

const NOTE = '# Made from the schemas, the topic table and the routes by `npm run generate`; edit there.\n';
/** Each message in full where it stands: a reader looks nothing up. */
const asyncapiYaml = (): string =>
  NOTE + stringify(asyncapiDocument(), { aliasDuplicateObjects: false, lineWidth: 120 });

const OPENAPI_NOTE = '# Made from the table of operations by `npm run generate`; edit there.\n';
const openapiYaml = (): string =>
  OPENAPI_NOTE + stringify(openApiDocument(), { aliasDuplicateObjects: false, lineWidth: 120 });

const GENERATED: [file: string, make: () => string][] = [
  ['.env.example', envExample],
  ['docs/configuration.md', configurationDoc],
  ['docs/cli.md', cliReference],
  ['docs/asyncapi.yaml', asyncapiYaml],
  ['docs/openapi.yaml', openapiYaml],
  ['docs/rights.md', rightsDoc],
  ['docs/topics.md', topicsDoc],
  ...topics.map((topic): [string, () => string] => [`docs/schemas/${topic}.json`, () => schemaFile(topic)]),
];

it.each(GENERATED)('%s is what the schemas say (npm run generate)', (file, make) => {
  const text = make();
  if (process.env['UPDATE_GENERATED'] === '1') writeFileSync(join(ROOT, file), text);
  expect(readFileSync(join(ROOT, file), 'utf8')).toBe(text);
});

it('no schema of a topic that is gone is left behind', () => {
  const files = readdirSync(join(ROOT, 'docs/schemas'));
  expect(files.sort()).toEqual(topics.map((topic) => `${topic}.json`).sort());
});
