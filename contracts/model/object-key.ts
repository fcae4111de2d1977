import { RESIDENCIES, type Residency } from './status';

/** S3's own limit; in UTF-8. */
const MAX_BYTES = 1024;
/** What one UTF-16 unit can take in UTF-8 at most. */
const BYTES_OF_UNIT = 3;

/** Control characters (C0, DEL, C1), the backslash, and halves of surrogate pairs. */
const BAD_CHARACTER = /[\u0000-\u001f\u007f-\u009f\\]|\p{Surrogate}/u;

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Why a text is no plain relative object key, or null where it is one. "GLOBAL/c1/g1/r1/a.mp4" is one; a key is opaque,
 * so nothing is decoded or normalised.
 */
export function keyProblem(key: string): string | null {
  if (key === '') return 'it is empty';
  if (key.length * BYTES_OF_UNIT > MAX_BYTES && new TextEncoder().encode(key).length > MAX_BYTES) {
    return `it is longer than ${String(MAX_BYTES)} bytes`;
  }
  if (BAD_CHARACTER.test(key)) return 'it has a control character, a backslash or half of a surrogate pair';
  if (key.startsWith('-')) return 'it starts with "-"';
  if (SCHEME.test(key)) return 'it has a scheme';
  if (key.includes('..')) return 'it has ".."';
  const segments = key.split('/');
  if (segments.includes('')) return 'it starts or ends with "/", or has "//"';
  if (segments.includes('.')) return 'it has "." as a segment';
  return null;
}

/**
 * Why a raw key cannot be this content's, or null. Below a residency lies what we write, content by content: as an upload it
 * would be another content's rendition, or bytes that must not leave their country.
 */
export function foreignPrefix(rawKey: string, of: { contentId: string; residency: Residency }): string | null {
  const [top, owner] = rawKey.split('/');
  if (!(RESIDENCIES as readonly (string | undefined)[]).includes(top)) return null;
  if (top !== of.residency) return `it lies below ${String(top)}/, the content is ${of.residency}`;
  return owner === of.contentId ? null : 'it lies below the prefix of another content';
}
