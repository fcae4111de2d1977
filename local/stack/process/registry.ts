import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, SESSIONS } from '../places';
import { writeAtomically } from './run-file';

/**
 * A test that is killed leaves servers in a directory that nobody starts in again. So every directory but our own is
 * noted while it is in use, and any later start cleans up after it.
 */
const noteOf = (root: string): string => join(SESSIONS, createHash('sha256').update(root).digest('hex').slice(0, 16));

export function noteDirectory(root: string): void {
  if (root === DATA) return;
  mkdirSync(SESSIONS, { recursive: true });
  writeAtomically(noteOf(root), root);
}

export const forgetDirectory = (root: string): void => {
  rmSync(noteOf(root), { force: true });
};

export function notedDirectories(): string[] {
  mkdirSync(SESSIONS, { recursive: true });
  return readdirSync(SESSIONS).flatMap((name) => {
    try {
      return name.endsWith('.tmp') ? [] : readFileSync(join(SESSIONS, name), 'utf8');
    } catch {
      return []; // its process has just ended well
    }
  });
}
