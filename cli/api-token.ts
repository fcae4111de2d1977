import { readFileSync } from 'node:fs';
import { ReelwayError } from '../contracts/model/errors';
import { messageOf } from '../platform/errors';
import type { ApiPlace } from '../platform/config';

/** The token that commands show to the admin API. Throws CONFIG_INVALID. */
export function tokenOf({ token, tokenFile }: ApiPlace): string {
  const text = token ?? readToken(tokenFile ?? '');
  // It travels in a header.
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new ReelwayError('CONFIG_INVALID', `REELWAY_API_TOKEN_FILE: ${String(tokenFile)} does not hold one token.`);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ReelwayError('CONFIG_INVALID', `REELWAY_API_TOKEN_FILE cannot be read: ${messageOf(cause)}`, { cause });
  }
}
