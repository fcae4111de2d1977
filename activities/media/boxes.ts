import { setInvalid } from './set-invalid';

/** What an init segment says about its encryption. Key ids are 32 lower-case hex digits. */
export interface Protection {
  readonly kind: 'video' | 'audio';
  /** From `schm`: "cenc" or "cbcs" in our sets. */
  readonly scheme: string;
  /** From `tenc`. */
  readonly keyId: string;
  /** From all version 1 `pssh` boxes. */
  readonly psshKeyIds: readonly string[];
}

/** Bytes of a sample entry before its child boxes, ISO/IEC 14496-12. */
const SAMPLE_ENTRY_BYTES = { encv: 78, enca: 28 } as const;

/** Version, flags and entry count of `stsd`. */
const STSD_BYTES = 8;

/** Reads the protection boxes of a CMAF init segment with one track. Error: PACKAGE_INVALID. */
export function readProtection(init: Buffer): Protection {
  const moov = child(init, 'moov');
  const stbl = ['trak', 'mdia', 'minf', 'stbl'].reduce(child, moov);
  const entries = child(stbl, 'stsd').subarray(STSD_BYTES);
  const kind = boxes(entries).some(({ type }) => type === 'encv') ? 'video' : 'audio';
  const entryType = kind === 'video' ? 'encv' : 'enca';
  const sinf = child(child(entries, entryType).subarray(SAMPLE_ENTRY_BYTES[entryType]), 'sinf');
  const tenc = child(child(sinf, 'schi'), 'tenc');
  // version and flags 4, reserved 1, pattern 1, isProtected 1, IV size 1, then the key id
  if (tenc[6] !== 1) throw setInvalid('an init segment says that its samples are not encrypted');
  return {
    kind,
    scheme: child(sinf, 'schm').toString('latin1', 4, 8),
    keyId: tenc.toString('hex', 8, 24),
    psshKeyIds: boxes(moov).flatMap(({ type, body }) => (type === 'pssh' ? psshKeyIds(body) : [])),
  };
}

interface Box {
  readonly type: string;
  readonly body: Buffer;
}

function boxes(data: Buffer): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= data.length;) {
    const size = data.readUInt32BE(at);
    // Sizes 0 and 1 (to the end, 64 bit) do not occur in an init segment of a few hundred bytes.
    if (size < 8 || at + size > data.length) throw setInvalid('an init segment has a box of an impossible size');
    found.push({ type: data.toString('latin1', at + 4, at + 8), body: data.subarray(at + 8, at + size) });
    at += size;
  }
  return found;
}

function child(data: Buffer, type: string): Buffer {
  const box = boxes(data).find((candidate) => candidate.type === type);
  if (box === undefined) throw setInvalid(`an init segment has no ${type} box`);
  return box.body;
}

/** version and flags 4, system id 16, count 4, then the key ids; version 0 has none. */
function psshKeyIds(body: Buffer): string[] {
  if (body[0] !== 1) return [];
  return Array.from({ length: body.readUInt32BE(20) }, (_, index) =>
    body.toString('hex', 24 + index * 16, 40 + index * 16),
  );
}
