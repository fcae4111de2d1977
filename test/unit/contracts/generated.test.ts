import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from '../../../cli/reference';
import { configurationDoc, envExample } from '../../../contracts/schema/env-docs';

const ROOT = join(__dirname, '../../..');

const GENERATED: [file: string, make: () => string][] = [
  ['.env.example', envExample],
  ['docs/configuration.md', configurationDoc],
  ['docs/cli.md', cliReference],
];

it.each(GENERATED)('%s is what the schemas say (npm run generate)', (file, make) => {
  const text = make();
  if (process.env['UPDATE_GENERATED'] === '1') writeFileSync(join(ROOT, file), text);
  expect(readFileSync(join(ROOT, file), 'utf8')).toBe(text);
});
