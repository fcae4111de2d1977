import { hash } from 'node:crypto';

/** What a record says, without where it stands. */
export interface RecordBytes {
  key: Buffer | null;
  value: Buffer | null;
}

const NOTHING = Buffer.alloc(0);

/** sha256, in hex. The length of the key keeps (key "a", value "bc") apart from (key "ab", value "c"). */
export const recordFingerprint = (topic: string, { key, value }: RecordBytes): string =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${topic}\n${String(key?.length ?? -1)}\n`), key ?? NOTHING, value ?? NOTHING]),
  );
