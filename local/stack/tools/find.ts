import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Version = readonly [major: number, minor: number];

/** A tool that answers its version question slower than this does not count. */
const ANSWER_MS = 20_000;

export const atLeast = (version: Version | undefined, lowest: Version): boolean =>
  version !== undefined && (version[0] > lowest[0] || (version[0] === lowest[0] && version[1] >= lowest[1]));

/** The executable of that name on PATH. */
export function onPath(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What a tool prints, on both streams; undefined where it is missing or fails. */
export const ask = (file: string, args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(file, args, { timeout: ANSWER_MS, encoding: 'utf8', env: process.env }, (error, stdout, stderr) =>
      resolve(error ? undefined : stdout + stderr),
    );
  });

/** The first "N.N" (or "N") after `prefix` in what the tool prints. */
export async function versionOf(file: string, args: readonly string[], prefix: string): Promise<Version | undefined> {
  return parseVersion((await ask(file, args)) ?? '', prefix);
}

export function parseVersion(text: string, prefix: string): Version | undefined {
  const found = new RegExp(`${prefix}(\\d+)(?:\\.(\\d+))?`).exec(text);
  return found ? [Number(found[1]), Number(found[2] ?? 0)] : undefined;
}

/** The path of the tool where PATH has it in a version that works. */
export async function usableOnPath(
  name: string,
  args: readonly string[],
  prefix: string,
  lowest: Version,
): Promise<string | undefined> {
  const path = onPath(name);
  return path && atLeast(await versionOf(path, args, prefix), lowest) ? path : undefined;
}
