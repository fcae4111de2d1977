import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity } from './identity';

/** What `run/NAME.json` remembers of a process, so that the next start can end it after a crash of ours. */
export interface RunFile extends Identity {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
}

const pathOf = (folder: string, name: string): string => join(folder, `${name}.json`);

const besideOf = (path: string): string => `${path}.${String(process.pid)}.tmp`;

/** Whole or not at all: written beside, then renamed. */
export function writeAtomically(path: string, text: string, mode = 0o644): void {
  const beside = besideOf(path);
  writeFileSync(beside, text, { mode });
  renameSync(beside, path);
}

export function writeRunFile(folder: string, file: RunFile): void {
  mkdirSync(folder, { recursive: true });
  writeAtomically(pathOf(folder, file.name), JSON.stringify(file));
}

/** Like writeRunFile, but only one of several processes can win. */
export function claimRunFile(folder: string, file: RunFile): boolean {
  mkdirSync(folder, { recursive: true });
  const beside = besideOf(pathOf(folder, file.name));
  writeFileSync(beside, JSON.stringify(file));
  try {
    linkSync(beside, pathOf(folder, file.name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

export function readRunFile(folder: string, name: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(folder, name), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}

export function removeRunFile(folder: string, name: string): void {
  rmSync(pathOf(folder, name), { force: true });
}

export function listRunFiles(folder: string): RunFile[] {
  const names = readFolder(folder).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => readRunFile(folder, name.slice(0, -'.json'.length)) ?? []);
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
