import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder of the test file's own; removeTempDirs is for its afterAll. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'reelway-stack-test-'));
  made.push(dir);
  return dir;
}

export function removeTempDirs(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}
