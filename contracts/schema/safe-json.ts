import type { ErrorCode } from '../model/errors';
import { MAX_JSON_DEPTH, MAX_MESSAGE_BYTES } from './limits';

export interface Refusal {
  ok: false;
  code: Extract<ErrorCode, 'NULL_VALUE' | 'NOT_JSON' | 'TOO_DEEP' | 'TOO_LARGE' | 'UNSAFE_TEXT' | 'SCHEMA_INVALID'>;
  /** For people; holds nothing of the message but names of fields. */
  reason: string;
}
export const refused = (code: Refusal['code'], reason: string): Refusal => ({ ok: false, code, reason });

/** Bytes of somebody else as JSON, without ever throwing: size, depth and encoding are checked before it is parsed. */
export function parseSafeJson(value: Buffer | null): { ok: true; json: unknown } | Refusal {
  if (value === null) return refused('NULL_VALUE', 'the record has no value');
  const misshapen = shapeProblem(value);
  if (misshapen) return misshapen;
  const text = decode(value);
  if (text === null) return refused('NOT_JSON', 'the bytes are not UTF-8');
  const parsed = parse(text);
  if (!parsed) return refused('NOT_JSON', 'the text is not JSON');
  return (isSuspicious(text) ? unsafePart(parsed.json) : null) ?? { ok: true, json: parsed.json };
}

/** Bytes that are not worth parsing, by size and depth. */
export function shapeProblem(value: Buffer): Refusal | null {
  if (value.length > MAX_MESSAGE_BYTES) {
    return refused('TOO_LARGE', `${String(value.length)} bytes; the limit is ${String(MAX_MESSAGE_BYTES)}`);
  }
  return isTooDeep(value) ? refused('TOO_DEEP', `nested deeper than ${String(MAX_JSON_DEPTH)} levels`) : null;
}

/** Raw control characters and half surrogates are no JSON in UTF-8; only escapes bring them in. */
export const isSuspicious = (text: string | Buffer): boolean => text.includes('\\u') || text.includes('__proto__');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** "[" and "{", "]" and "}": they differ in this bit alone. */
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Depth by scanning bytes: JSON.parse takes 20,000 levels, and whatever walks the result then overflows the stack. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if ((byte | BRACE_BIT) === OPENING) depth++;
    else if ((byte | BRACE_BIT) === CLOSING) depth--;
    if (depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}

function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): { json: unknown } | null {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Cs matches half a surrogate pair only; Postgres refuses both kinds. */
const UNSAFE = /[\0\p{Cs}]/u;

function unsafePart(json: unknown): Refusal | null {
  if (typeof json === 'string') {
    return UNSAFE.test(json) ? refused('UNSAFE_TEXT', 'a text holds U+0000 or half of a surrogate pair') : null;
  }
  if (typeof json !== 'object' || json === null) return null;
  for (const [name, value] of Object.entries(json)) {
    if (name === '__proto__') return refused('SCHEMA_INVALID', 'a field is named __proto__');
    const found = unsafePart(name) ?? unsafePart(value);
    if (found) return found;
  }
  return null;
}
