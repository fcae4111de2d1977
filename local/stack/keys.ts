import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { newToken } from '../../platform/tokens/token';

/** The key that wraps content keys on this machine. Kept: without it what was packaged before cannot be played. */
export function developmentKek(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  }
  return path;
}

/** What opens the admin API of this machine's demo, in a file for REELWAY_API_TOKEN_FILE. Kept, so that shells keep it too. */
export function developmentToken(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${newToken()}\n`, { mode: 0o600 });
  }
  return readFileSync(path, 'utf8').trim();
}
