import { ReelwayError } from '../../contracts/model/errors';

/** A content key: 32 hex digits each. `key` is secret; `keyId` stands in manifests and init segments. */
export interface ContentKey {
  readonly keyId: string;
  readonly key: string;
}

const HEX_KEY = /^[0-9a-fA-F]{32}$/;

/**
 * The line of a packager flag file. Checked here because the packager repeats a malformed key on stderr.
 * Error: KEY_UNAVAILABLE.
 */
export function flagOf({ keyId, key }: ContentKey): string {
  if (!HEX_KEY.test(keyId)) throw new ReelwayError('KEY_UNAVAILABLE', 'The key id is not 32 hex digits.');
  if (!HEX_KEY.test(key)) throw new ReelwayError('KEY_UNAVAILABLE', 'The content key is not 32 hex digits.');
  return `--keys=label=${KEY_LABEL}:key_id=${keyId}:key=${key}\n`;
}

/** One label for all streams: one key per set. */
export const KEY_LABEL = 'ALL';
