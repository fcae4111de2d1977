/** Longest key of the common object stores, in UTF-16 units here, which is never more lenient in ASCII. */
const MAX_KEY_LENGTH = 1024;

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** Cs: half of a surrogate pair, which neither UTF-8 nor Postgres can hold. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/**
 * True for a plain relative object key: no scheme, `//`, `..`, `.` segment, backslash, leading `-` or `/`, trailing `/`
 * or control character. A `.` segment would give one object two names, past the check of who owns a key.
 */
export function safeKey(key: string): boolean {
  if (key === '' || key.length > MAX_KEY_LENGTH) return false;
  if (SCHEME.test(key) || CONTROL.test(key) || key.includes('\\') || key.includes('..')) return false;
  if (key.startsWith('-')) return false;
  return key.split('/').every((segment) => segment !== '' && segment !== '.');
}

/** As an object key, but one leading `/` is allowed: paths below the CDN's own root. */
export const safeCdnPath = (path: string): boolean => safeKey(path.startsWith('/') ? path.slice(1) : path);
