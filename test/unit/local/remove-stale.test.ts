import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '../../support/clips';

const SCRIPT = join(__dirname, '../../../local/remove-stale.mjs');

let folder: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => void (folder = await tempDir()));
afterAll(() => folder.remove());

it('leaves in dist what a source makes, and nothing of a module that became a folder', () => {
  const files = [
    'state/commands/index.ts',
    'dist/state/commands/index.js',
    'dist/state/commands/index.js.map',
    'dist/state/commands.js',
    'dist/state/commands.js.map',
    'dist/workflow-bundle.js',
    'dist/.stamp',
  ];
  for (const file of files) {
    const path = join(folder.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  execFileSync(process.execPath, [SCRIPT, folder.path]);
  const left = readdirSync(join(folder.path, 'dist'), { recursive: true, encoding: 'utf8' });
  expect(left.sort()).toEqual([
    '.stamp',
    'state',
    'state/commands',
    'state/commands/index.js',
    'state/commands/index.js.map',
    'workflow-bundle.js',
  ]);
});
