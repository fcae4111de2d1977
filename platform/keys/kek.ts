import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ReelwayError } from '../../contracts/model/errors';

const KEK_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=?$/;

/** A key-encryption key. The bytes stay in here: it only wraps and unwraps. */
export class Kek {
  /** Names the key without telling it: the first 8 hex digits of its SHA-256. */
  readonly id: string;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    if (bytes.length !== KEK_BYTES) throw new ReelwayError('CONFIG_INVALID', 'The key-encryption key is not 32 bytes.');
    this.#bytes = Buffer.from(bytes);
    this.id = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  }

  /** AES-256-GCM: iv (12 bytes), tag (16), ciphertext. `context` is authenticated: a row copied to another content fails. */
  wrap(secret: Buffer, context: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#bytes, iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** Throws KEY_UNAVAILABLE where key, context or bytes are not those of the wrap. */
  unwrap(wrapped: Buffer, context: string): Buffer {
    const iv = wrapped.subarray(0, IV_BYTES);
    const tag = wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    try {
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv('aes-256-gcm', this.#bytes, iv, options).setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new ReelwayError('KEY_UNAVAILABLE', 'The stored content key does not open with our key-encryption key.', {
        cause,
      });
    }
  }
}

/** Reads the file of REELWAY_KEK_FILE: 32 bytes in base64. Throws CONFIG_INVALID, never with what the file holds. */
export async function readKek(path: string): Promise<Kek> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ReelwayError('CONFIG_INVALID', `The file of the key-encryption key cannot be read: ${path}`, { cause });
  });
  if (!BASE64_OF_32_BYTES.test(text.trim())) {
    throw new ReelwayError('CONFIG_INVALID', `The file of the key-encryption key is not 32 bytes in base64: ${path}`);
  }
  return new Kek(Buffer.from(text, 'base64'));
}
