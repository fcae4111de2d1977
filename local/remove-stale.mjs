// Removes from dist/ what no source makes any more. Node finds a file before a folder of the same name: where a module
// has become a folder, its old output would go on being the one that runs.
// Usage: node local/remove-stale.mjs [ROOT]; default: this project.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const DIST = join(ROOT, 'dist');
const OUTPUT = /\.js(\.map)?$/;
/** Made by a bundler, from many sources. */
const BUNDLES = new Set(['workflow-bundle.js']);

const isStale = (output) => !BUNDLES.has(output) && !existsSync(join(ROOT, output.replace(OUTPUT, '.ts')));

const outputs = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && OUTPUT.test(entry.name))
  .map((entry) => relative(DIST, join(entry.parentPath ?? entry.path, entry.name)));
for (const output of outputs.filter(isStale)) rmSync(join(DIST, output));
